"""Words that users of other tools try first, each with what to write here instead."""

from __future__ import annotations

import re
from collections.abc import Collection

from imagesasdata.errors import nearest

# Words, then the hint that all of them get. A public name is written as in code: iad.NAME.
_HINTS = (
    # read
    (
        "load_images load_image read_image open_images open_image imread image_read load_img "
        "list_images list_files image_dataset_from_directory",
        "iad.read_images(FOLDER) makes a table with a row for each picture.",
    ),
    (
        "extract_frames get_frames video_to_frames load_video read_videos image_read_video",
        "iad.read_video(FILE, every=1.0) makes a table with a row for each frame.",
    ),
    (
        "resize crop rotate flip grayscale convert normalize equalize sharpen preprocess "
        "image_resize image_scale",
        "iad.transform(photos, [iad.steps.resize(256)], to=FOLDER) writes changed copies; "
        "iad.steps lists the steps.",
    ),
    (
        "augment_images random_crop random_flip",
        "iad.augmentations lists what iad.fine_tune(augment=) and iad.transform take.",
    ),
    ("montage image_montage collage gallery grid", "iad.contact_sheet(photos) draws one."),
    ("display view head preview", "iad.show(photos) shows the first rows with their pictures."),
    ("detect_shots detect_scenes shots scenes cuts", "iad.video_shots(FILE) finds the shots."),
    ("optical_flow motion flow", "iad.video_motion(FILE) measures how much moves, and which way."),
    # measure
    (
        "measure extract_features image_features get_features measure_images",
        "iad.features(photos) measures the pixels; iad.embed(photos) gives a network's vectors.",
    ),
    ("color colors colorfulness dominant_colors", 'iad.features(photos, groups="color").'),
    ("brightness luminance contrast exposure", 'iad.features(photos, groups="light").'),
    ("complexity entropy sharpness edges", 'iad.features(photos, groups="texture").'),
    ("symmetry saliency rule_of_thirds", 'iad.features(photos, groups="composition").'),
    ("phash dhash ahash imagehash", 'iad.features(photos, groups="hash").'),
    ("aesthetics beauty nima", "iad.score_aesthetics(photos) scores how pleasing a picture is."),
    ("emotions evoked_emotions sentiment", "iad.score_emotions(photos) scores what they evoke."),
    ("nsfw detect_nsfw moderate unsafe", "iad.score_unsafe(photos) scores explicit content."),
    ("depth distance nearness foreground midas", "iad.measure_depth(photos) tells near from far."),
    ("zonal_stats zonal_statistics exact_extract", "iad.measure_regions(RASTER, regions)."),
    # classify
    (
        "predict",
        "iad.classify(photos) predicts with a pretrained network; "
        "model.augment(photos) with one that iad.fine_tune trained.",
    ),
    (
        "label label_images tag tag_images classify_images image_classification",
        "iad.classify(photos) names what pictures show; iad.label_page(photos, QUESTION, CHOICES) "
        "lets people do so.",
    ),
    ("embed_images embedding embeddings encode vectorize", "iad.embed(photos) gives vectors."),
    ("clip classify_by_text", "iad.zero_shot(photos, labels=[...]) takes classes in words."),
    ("describe describe_images caption_images captions", "iad.caption(photos) writes sentences."),
    ("add_model", "iad.register_model(NAME, network) registers a network."),
    # train
    (
        "finetune fit train train_model fit_model transfer_learning",
        'iad.fine_tune(coded, outcome="COLUMN") trains on hand-coded rows.',
    ),
    ("load load_fit read_model", "iad.load_model(FILE) reads what model.save(FILE) wrote."),
    # inside
    ("list_models available_models", "iad.models() lists them; iad.model_card(NAME) tells more."),
    ("model_summary layers", "iad.summary(MODEL) has a row for each layer."),
    ("activations", "iad.feature_maps(PICTURE, MODEL, LAYER) draws them."),
    ("filters", 'iad.feature_maps(model=MODEL, of="filters") draws what a layer has learned.'),
    ("gradcam grad_cam heatmap heat_map integrated_gradients", "iad.explain(photos) draws it."),
    # faces
    ("face_detection extract_faces find_face", "iad.detect_faces(photos) has a row for each face."),
    ("represent encode_faces face_encodings", "iad.embed_faces(faces) gives a vector for each."),
    (
        "verify compare_faces same_person",
        "iad.verify_faces(pairs) says of pairs of pictures whether they show one person.",
    ),
    (
        "find recognize_faces search_faces identify",
        "iad.find_faces(target, gallery) looks for a person; iad.cluster_faces(faces) sorts faces "
        "by person.",
    ),
    (
        "analyze age gender race emotion demographics",
        "iad.analyze_faces(photos, attributes=[...]) says what faces look like.",
    ),
    ("anonymize anonymize_faces pixelate hide_faces", "iad.blur_faces(photos, to=FOLDER)."),
    # things
    (
        "detect object_detection find_objects yolo",
        "iad.detect_objects(photos) has a row for each thing.",
    ),
    ("count count_people count_things", "iad.count_objects(photos) has a column for each kind."),
    (
        "ocr image_ocr image_to_string extract_text read_words detect_text",
        "iad.read_text(photos) reads the words in pictures.",
    ),
    ("detect_logos find_logos recognize", "iad.recognize_objects(photos, references)."),
    # collections
    (
        "similarity similar search nearest nearest_neighbors knn",
        "iad.find_similar(photos, query) lists the nearest pictures.",
    ),
    (
        "dedupe deduplicate drop_duplicates duplicates duplicated find_copies",
        "iad.find_duplicates(photos) says which pictures are copies.",
    ),
    (
        "cluster_images clusters cluster_curve kmeans hdbscan",
        "iad.cluster(photos, k=8) adds a cluster; with a range of k it compares them.",
    ),
    ("pca umap tsne", 'iad.reduce(photos, method="umap") gives two dimensions or more.'),
    ("map plot_map visualize", "iad.map_images(photos) writes a page to explore them."),
    # trust
    (
        "sample_size power power_analysis how_many n_labels",
        "iad.plan_labels(N, width=0.05, share=0.3, accuracy=0.9) says how many to code.",
    ),
    ("sample sample_images", "iad.sample_for_labels(photos, N) keeps each row's probability."),
    (
        "annotate label_studio code_images",
        "iad.label_page(photos, QUESTION, CHOICES) writes a page.",
    ),
    ("load_labels", "iad.read_labels(FILES) reads what coders exported."),
    (
        "majority majority_vote adjudicate dawid_skene merge_labels",
        "iad.settle_labels(labels) makes one truth of several codes.",
    ),
    (
        "kappa cohen_kappa fleiss_kappa krippendorff alpha intercoder reliability icr",
        "iad.agreement(labels) has all of these measures.",
    ),
    (
        "evaluate accuracy confusion_matrix classification_report calibration",
        "iad.validate(data, TRUTH, PREDICTION) compares a measure with hand-coded truth.",
    ),
    ("fairness bias", "iad.audit(data, TRUTH, PREDICTION, by=GROUP) compares errors by group."),
    ("lm glm ols logit feols regression dsl ppi", "iad.regress(FORMULA, data).tidy()."),
    ("citation bibtex methods", "iad.cite(MODEL) writes a methods paragraph and references."),
    ("hash_ids de_identify", "iad.pseudonymize(data, key=KEY, columns=[...])."),
    # scale
    ("ray from_ray dataset", "iad.ray_dataset(photos) makes a Dataset that verbs take."),
    ("sandbox safe_mode", "with iad.isolate(): decodes in separate processes."),
)
_HINT = {word: hint for words, hint in _HINTS for word in words.split()}

# Words for features, with the group that measures them.
GROUP = {
    "aspect": "size",
    "brightness": "light",
    "colorfulness": "color",
    "complexity": "texture",
    "contrast": "light",
    "edges": "texture",
    "entropy": "texture",
    "exposure": "light",
    "hashes": "hash",
    "hue": "color",
    "luminance": "light",
    "phash": "hash",
    "saliency": "composition",
    "saturation": "color",
    "sharpness": "texture",
    "symmetry": "composition",
}

# Words for things, with the name that the models of COCO's classes know them by.
_THINGS = {
    "airplane": "plane aeroplane aircraft jet",
    "bicycle": "bike cycle",
    "bottle": "flask",
    "cell phone": "phone mobile smartphone cellphone telephone",
    "car": "automobile vehicle auto",
    "couch": "sofa settee",
    "cow": "cattle bull",
    "cup": "mug",
    "dining table": "table desk",
    "laptop": "computer notebook",
    "motorcycle": "motorbike moped scooter",
    "person": "people human man woman men women child children boy girl pedestrian protester crowd",
    "potted plant": "plant houseplant",
    "refrigerator": "fridge",
    "sports ball": "ball football",
    "traffic light": "stoplight",
    "truck": "lorry",
    "tv": "television monitor screen",
    "wine glass": "glass",
}
_THING = {word: thing for thing, words in _THINGS.items() for word in words.split()}

# British spellings as patterns, each with the American spelling that public names use.
_SPELLINGS = (("ise", "ize"), ("yse", "yze"), ("our", "or"), ("gr[e]y", "gray"), ("elled", "eled"))


def instead(name: str, public: Collection[str]) -> str:
    """What to write instead of a name that is not public.

    Parameters
    ----------
    name
        The name that the user wrote.
    public
        The public names.

    Returns
    -------
    str
        The hint: the function to use here, the nearest name, or where the names are listed.
    """
    word = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    spelled = american(word)
    for one in (word, spelled):
        if one in public:
            return f"iad.{one}, did you mean that?"
        if one in _HINT:
            return _HINT[one]
    close = nearest(name, public) or nearest(spelled, public)
    if close:
        return f"did you mean iad.{close}?"
    return "dir(iad) lists the public names; the README lists the verbs by what they do."


def thing_words(label: object, known: Collection[str]) -> dict[str, str]:
    """The kind of thing, among those known, that a user's word for it means, if any."""
    word = str(label).strip().lower().replace("_", " ")
    for one in (word, word.removesuffix("s"), word.removesuffix("es")):
        for name in (one, _THING.get(one)):
            if name in known:
                return {str(label): str(name)}
    return {}


def american(word: str) -> str:
    """A word in American spelling, which public names use."""
    for british, one in _SPELLINGS:
        word = re.sub(rf"{british}(?=$|_|r|d|s)", one, word)
    return word
