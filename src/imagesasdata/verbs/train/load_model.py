"""`load_model`: a fitted model from its file."""

from __future__ import annotations

from imagesasdata.errors import TrainedRowsWarning, WeightsError, tell
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.zoo import registry
from imagesasdata.training.arrays import read_arrays
from imagesasdata.training.saved import FORMAT, from_file
from imagesasdata.verbs.train.fitted_model import FittedModel


def load_model(file: PathLike) -> FittedModel:
    """Read a model that ``FittedModel.save`` wrote.

    A saved model lets others use what was learned from a coded sample: it gives the same
    predictions on another machine, and contains its provenance.

    Parameters
    ----------
    file
        The file's name, such as ``"protest.iad"``. Reading it runs no code.

    Returns
    -------
    FittedModel
        The model as `fine_tune` returned it, but without the paths of the test pictures, which are
        not in the file.

    Warns
    -----
    TrainedRowsWarning
        When it is from before models kept which pictures they were trained on.

    Raises
    ------
    ArgumentError
        When there is no such file.
    WeightsError
        When it is another kind of file or damaged, or when the weights of its base network are
        missing on this machine or differ.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> iad.load_model("protest.iad")
    Traceback (most recent call last):
        ...
    imagesasdata.errors.ArgumentError: There is no file 'protest.iad'.
    """
    arrays, values = read_arrays(file, FORMAT)
    try:
        saved, exactness = from_file(arrays, values), values["decode"]
    except (KeyError, TypeError) as error:
        raise WeightsError(
            f"{file} lacks {error}; it was written by another version of this library.",
            "fit the model again, or use the version that its provenance names.",
        ) from error
    if registry.load(saved.model, task="embed").fingerprint != saved.fingerprint:
        raise WeightsError(
            f"{file} needs other weights of {saved.model} than this version of the library has.",
            "fit the model again.",
        )
    if saved.trained is None:
        tell(
            f"{file} is from before models kept which pictures they were trained on: augment() leaves "
            f"{saved.outcome.stem}_trained empty, and validate, audit and regress refuse such rows.",
            "fit the model again.",
            TrainedRowsWarning,
        )
    return FittedModel(saved, _decode=exactness)
