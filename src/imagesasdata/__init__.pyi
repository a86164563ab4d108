"""The public names, by group; `__init__.py` reads them here, and imports each when it is first used."""

# read
from .verbs.read.read_images import read_images as read_images
from .verbs.read.read_video import read_video as read_video
from .verbs.read.transform import transform as transform
from .verbs.read.contact_sheet import contact_sheet as contact_sheet
from .verbs.read.show import show as show
from .verbs.read.video_shots import video_shots as video_shots
from .verbs.read.video_motion import video_motion as video_motion

# measure
from .verbs.measure.features import features as features
from .verbs.measure.score_aesthetics import score_aesthetics as score_aesthetics
from .verbs.measure.score_emotions import score_emotions as score_emotions
from .verbs.measure.score_unsafe import score_unsafe as score_unsafe
from .verbs.measure.measure_depth import measure_depth as measure_depth
from .verbs.measure.segment_colors import segment_colors as segment_colors
from .verbs.measure.measure_regions import measure_regions as measure_regions

# classify
from .verbs.classify.classify import classify as classify
from .verbs.classify.embed import embed as embed
from .verbs.classify.zero_shot import zero_shot as zero_shot
from .verbs.classify.caption import caption as caption
from .verbs.classify.register_model import register_model as register_model

# train
from .verbs.train.fine_tune import fine_tune as fine_tune
from .verbs.train.load_model import load_model as load_model

# inside
from .verbs.inside.models import models as models
from .verbs.inside.models import model_card as model_card
from .verbs.inside.status import status as status
from .verbs.inside.summary import summary as summary
from .verbs.inside.feature_maps import feature_maps as feature_maps
from .verbs.inside.explain import explain as explain

# faces
from .verbs.faces.detect_faces import detect_faces as detect_faces
from .verbs.faces.count_faces import count_faces as count_faces
from .verbs.faces.embed_faces import embed_faces as embed_faces
from .verbs.faces.verify_faces import verify_faces as verify_faces
from .verbs.faces.find_faces import find_faces as find_faces
from .verbs.faces.cluster_faces import cluster_faces as cluster_faces
from .verbs.faces.analyze_faces import analyze_faces as analyze_faces
from .verbs.faces.blur_faces import blur_faces as blur_faces

# things
from .verbs.things.detect_objects import detect_objects as detect_objects
from .verbs.things.count_objects import count_objects as count_objects
from .verbs.things.recognize_objects import recognize_objects as recognize_objects
from .verbs.things.read_text import read_text as read_text

# collections
from .verbs.collections.find_similar import find_similar as find_similar
from .verbs.collections.similarities import similarities as similarities
from .verbs.collections.find_duplicates import find_duplicates as find_duplicates
from .verbs.collections.cluster import cluster as cluster
from .verbs.collections.cluster_table import cluster_table as cluster_table
from .verbs.collections.reduce import reduce as reduce
from .verbs.collections.map_images import map_images as map_images

# trust
from .verbs.trust.plan_labels import plan_labels as plan_labels
from .verbs.trust.sample_for_labels import sample_for_labels as sample_for_labels
from .verbs.trust.label_page import label_page as label_page
from .verbs.trust.read_labels import read_labels as read_labels
from .verbs.trust.settle_labels import settle_labels as settle_labels
from .verbs.trust.agreement import agreement as agreement
from .verbs.trust.validate import validate as validate
from .verbs.trust.audit import audit as audit
from .verbs.trust.prevalence import prevalence as prevalence
from .verbs.trust.regress import regress as regress
from .verbs.trust.read_annotations import read_annotations as read_annotations
from .verbs.trust.cite import cite as cite
from .verbs.trust.pseudonymize import pseudonymize as pseudonymize

# scale
from .verbs.scale.ray_dataset import ray_dataset as ray_dataset
from .verbs.scale.ray_workers import ray_workers as ray_workers
from .verbs.scale.isolate import isolate as isolate

# what verbs give that is no table, for annotations
from .verbs.read.show import Shown as Shown
from .verbs.train.fitted_model import FittedModel as FittedModel
from .verbs.train.fitted_models import FittedModels as FittedModels
from .networks.zoo.card import ModelCard as ModelCard
from .verbs.inside.status import Status as Status
from .verbs.collections.similarities import Similarities as Similarities
from .verbs.trust._label_plan import LabelPlan as LabelPlan
from .verbs.trust.agreement import Agreement as Agreement
from .verbs.trust.validate import Validation as Validation
from .verbs.trust.audit import Audit as Audit
from .verbs.trust.prevalence import Prevalence as Prevalence
from .verbs.trust.regression.comparison import MethodComparison as MethodComparison
from .verbs.trust.regression.result import Regression as Regression
from .verbs.trust.cite import Citation as Citation

# errors and warnings
from .errors import ImagesAsDataError as ImagesAsDataError
from .errors import ArgumentError as ArgumentError
from .errors import ArgumentTypeError as ArgumentTypeError
from .errors import CacheError as CacheError
from .errors import ColumnError as ColumnError
from .errors import DeviceError as DeviceError
from .errors import ImageError as ImageError
from .errors import MissingPackageError as MissingPackageError
from .errors import NameClashError as NameClashError
from .errors import UnknownNameError as UnknownNameError
from .errors import WeightsError as WeightsError
from .errors import DroppedImagesWarning as DroppedImagesWarning
from .errors import GuessWarning as GuessWarning
from .errors import SmallerBatchWarning as SmallerBatchWarning
from .errors import PassedOverWarning as PassedOverWarning
from .errors import TrainedRowsWarning as TrainedRowsWarning
from .errors import AppearanceWarning as AppearanceWarning

# modules
from . import augmentations as augmentations
from . import steps as steps

__all__: list[str]
__version__: str
