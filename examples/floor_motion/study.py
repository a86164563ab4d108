"""Do members mingle less when parliament is polarized? Cooperation from motion in video."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from make_data import TRUTH, make_data

import imagesasdata as iad

HERE = Path(__file__).parent
OUTPUT = HERE / "output"
OUTPUT.mkdir(exist_ok=True)

# 40 clips of the floor after a vote, and how polarized parliament was at the time.
data = make_data()
votes = pd.read_csv(data / "votes.csv")
votes["path"] = str(data) + "/" + votes["path"]

# A row for each second of each clip, then one for each clip; video_id is the row in the table of votes.
seconds = iad.video_motion(votes, every="1s")
measures = ["changed_share", "moving_share", "flow_speed", "flow_x"]
clips = votes.join(seconds.groupby("video_id")[measures].mean())

# Where most of the picture moves, and nearly all of it one way, it was the camera. Such clips say nothing
# of members.
one_way = clips["flow_x"].abs() > 0.5 * clips["flow_speed"]
clips["camera_moves"] = one_way & (clips["moving_share"] > 0.5)
still = clips[~clips["camera_moves"]]
print(f"Clips left out because the camera moves: {clips['camera_moves'].sum()} of {len(clips)}")

# Relative change of motion, by a Poisson regression, which takes shares near zero, too. Flow sees motion
# also where there is only grain, so that a share of moving pixels has a floor; changed pixels have none.
runs = {
    "changed pixels, all clips": ("changed_share", clips),
    "moving pixels, camera still": ("moving_share", still),
    "changed pixels, camera still": ("changed_share", still),
}
table = pd.concat(
    {
        name: iad.regress(f"{measure} ~ polarization", rows, family="poisson", vcov="HC3").tidy()
        for name, (measure, rows) in runs.items()
    },
    names=["motion"],
)
table = table.reset_index("motion").query("term == 'polarization'")
table = table[["motion", "term", "estimate", "std_error", "conf_low", "conf_high"]]
table["truth"] = [TRUTH[term] for term in table["term"]]
table.to_csv(OUTPUT / "table.csv", index=False)
print("\nRelative change of motion for a standard deviation of polarization:")
print(table.round(3).to_string(index=False))

figure, axis = plt.subplots(figsize=(6, 3.6), layout="constrained")
for moves, rows in clips.groupby("camera_moves"):
    name = "camera moves" if moves else "camera still"
    axis.plot(rows["polarization"], rows["changed_share"], "x" if moves else "o", label=name)
line = np.linspace(still["polarization"].min(), still["polarization"].max())
fitted = iad.regress("changed_share ~ polarization", still, family="poisson").tidy()["estimate"]
axis.plot(line, np.exp(fitted[0] + fitted[1] * line), color="black", linewidth=0.8)
axis.set(xlabel="polarization (standard deviations)", ylabel="share of pixels that changes")
axis.legend(frameon=False)
figure.savefig(OUTPUT / "figure.png", dpi=110)
