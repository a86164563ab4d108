"""Names of arguments that users of other tools try first, each with what to write here instead."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from imagesasdata.checks import plain
from imagesasdata.errors import nearest, short
from imagesasdata.verbs.words import american

# Words, then the arguments that they may mean here, the first that a verb has.
_MEANT = (
    ("batchsize batch bs n_batch", "batch_size"),
    ("n_jobs num_workers n_workers threads n_threads num_threads nthreads cores ncores", "workers"),
    ("gpu cuda use_gpu", "device"),
    ("cache_dir cache_path cachedir cache_folder", "cache"),
    ("errors error on_failure ignore_errors raise_on_error", "on_error"),
    ("verbose show_progress progress_bar quiet silent prog_bar", "progress"),
    ("suffix name_prefix", "prefix"),
    ("n_clusters n_cluster num_clusters nclusters centers n_groups clusters", "k dims"),
    ("n_components n_dims ndim ndims dimensions dim components n_dimensions", "dims k"),
    ("top_k topk k n_results max_results num_results limit top_n n", "top n"),
    ("n_neighbors k_neighbors top_k k", "neighbors top"),
    ("sample_size n_samples size num n_images n_pictures max_images", "n"),
    ("random_state random_seed rng seed_value set_seed", "seed"),
    ("min_confidence confidence conf confidence_threshold score_threshold min_score cutoff thresh "
     "tolerance distance_threshold threshold_distance max_distance box_threshold", "threshold"),
    ("metric distance_metric distance measure", "metric method"),
    ("algorithm algo technique approach", "method"),
    ("actions attrs attribute features what tasks", "attributes groups"),
    ("feature feature_groups group measures", "groups"),
    ("classes class_names class_labels candidate_labels categories prompts texts queries words "
     "label names", "labels levels choices template"),
    ("level class_order", "levels"),
    ("options codes answers values", "choices"),
    ("prompt_template hypothesis_template", "template"),
    ("stratify strata stratify_by groupby group_by by_group facet group", "by group"),
    ("detector_backend detector backbone model_name network net architecture arch weights "
     "pretrained checkpoint", "model"),
    ("db_path database db reference_images references db_images", "gallery references"),
    ("query_image queries target_image probe source", "query target"),
    ("out output out_dir output_dir outdir output_path save_to save save_path outfile dest "
     "destination folder file filename", "to"),
    ("ext extension fmt image_format file_format", "format"),
    ("path_column path_col image_column img_column image_col column filepath_column", "path"),
    ("y target label_column target_column dependent response", "outcome truth"),
    ("y_true gold true actual ground_truth reference labels", "truth"),
    ("y_pred predicted pred prediction_column", "prediction"),
    ("y_score y_prob probs probability proba", "prob"),
    ("lr step_size", "learning_rate"),
    ("n_epochs num_epochs max_epochs epoch", "epochs"),
    ("weight_decay l2_penalty", "l2"),
    ("patience early_stop", "early_stopping"),
    ("validation_split test_size val_split train_size", "split"),
    ("cv n_folds k_folds n_splits", "folds"),
    ("augmentation augmentations transforms data_augmentation", "augment"),
    ("freeze trainable fine_tune_at unfreeze", "train"),
    ("lang language lan langs", "languages"),
    ("ncol ncols n_cols columns cols", "per_row columns"),
    ("nrow nrows n_rows rows", "n"),
    ("thumb thumb_size thumbnail_size image_size", "thumbnail long_side size"),
    ("frame_rate sampling_rate rate", "fps"),
    ("interval step stride every_n", "every"),
    ("max_size max_image_pixels", "max_pixels"),
    ("se cov_type robust std_errors standard_errors", "vcov"),
    ("method_type estimator", "method"),
    ("annotator rater coder_id coder_column", "coder"),
    ("item_id unit id", "item"),
    ("alpha p_adjust adjust", "correction"),
    ("question_text text", "question"),
    ("n_boot n_bootstrap bootstraps reps replications", "rounds"),
    ("library frame_type engine as_polars", "backend"),
)  # fmt: skip
_MEANING = {
    word: [name for words, names in _MEANT if word in words.split() for name in names.split()]
    for text, _ in _MEANT
    for word in text.split()
}

# The data, which come first and need no name.
_DATA = (
    "img_path image_path images_path img image img1_path picture pictures photo photos images "
    "imgs files file file_path filepath filename paths folder dir directory image_dir data df "
    "frame table dataset x X input inputs source faces videos video video_path raster"
)

# Words for which no argument stands, and what to write.
_OTHERWISE = {
    "cluster": 'for errors by group write vcov={"cluster": "COLUMN"}.',
    "clusters": 'for errors by group write vcov={"cluster": "COLUMN"}.',
    "verify": "leave it out: what a server sends is always verified, and every picture is checked.",
    "metric": "leave it out: each model has its distance, and iad.model_card(MODEL) names it.",
    "distance_metric": "leave it out: each model has its distance, and iad.model_card(MODEL) names it.",
    "enforce_detection": "leave it out: a picture without a face has no row, or keep_empty=True.",
    "align": "leave it out: faces are always aligned as their model needs it.",
    "normalization": "leave it out: pictures are prepared as the model needs it.",
    "preprocess": "leave it out: pictures are prepared as the model needs it.",
    "target_size": "leave it out: pictures are resized as the model needs it.",
    "input_size": "leave it out: pictures are resized as the model needs it.",
    "resize": "leave it out: pictures are resized as the model needs it.",
    "recursive": "leave it out: folders are searched with their sub-folders.",
    "shuffle": "leave it out: rows keep their order.",
    "inplace": "leave it out: a new table comes back; write photos = iad.VERB(photos).",
    "fixed_effects": "write them into the formula, as in y ~ x + C(GROUP).",
    "absorb": "write them into the formula, as in y ~ x + C(GROUP).",
    "verbose": "leave it out: this function has no progress bar.",
    "progress": "leave it out: this function has no progress bar.",
    "batch_size": "leave it out: this function has no batches.",
    "device": "leave it out: this function runs on the CPU.",
    "model": "leave it out: this function has one model or none.",
    "prefix": "rename the columns of the result.",
}


def instead_of(keyword: str, value: Any, verb: str, known: Mapping[str, inspect.Parameter]) -> str:
    """What to write instead of an argument that a verb lacks.

    Parameters
    ----------
    keyword
        The name that the user wrote.
    value
        Its value.
    verb
        The verb.
    known
        The verb's parameters.

    Returns
    -------
    str
        The hint: the argument to use here, the nearest name, or the names that there are.
    """
    word = american(keyword)
    data = next(iter(known), "")
    free = known[data].kind is not inspect.Parameter.KEYWORD_ONLY if known else False
    for name in (word, word.lower().replace("-", "_"), *_MEANING.get(word, ())):
        if name in known:
            return (
                f"write {name}={short(plain(value))}."
                if _shown(plain(value))
                else f"write {name}=."
            )
    if word in _DATA.split() and free:
        return f"give the data first, without a name: {verb}({data.upper()})."
    if word in _OTHERWISE:
        return _OTHERWISE[word]
    close = nearest(keyword, known)
    if close:
        return f"did you mean {close}=?"
    return f"its arguments are {', '.join(known)}."


def _shown(value: Any) -> bool:
    return isinstance(value, str | int | float | list | tuple | type(None))
