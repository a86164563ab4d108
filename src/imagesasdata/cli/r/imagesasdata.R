# imagesasdata for R. Python gives the place of this file:
#
#   source(reticulate::import("imagesasdata.cli.r")$file)
#
# It makes one object, `iad`, whose verbs are those of Python, and methods of tidy(), glance(), augment(),
# nobs(), coef(), vcov(), confint(), print(), summary() and plot() for results. Columns go over as bytes,
# each by its own type, because a general conversion changes values: NA of a logical became TRUE.

iad <- local({
  python <- reticulate::import("imagesasdata.cli.r", convert = FALSE)

  stop_in_words <- function(text, type = "ArgumentError", verb = NULL) {
    classes <- c(paste0("imagesasdata_", type), "imagesasdata_error", "error", "condition")
    stop(structure(class = classes, list(message = text, call = verb)))
  }

  # --- from R to Python ---------------------------------------------------------------------------

  text_bytes <- function(x) {
    x <- as.character(x)
    # Text that does not say its encoding is the session's; in the C locale it is UTF-8, too.
    unsaid <- Encoding(x) == "unknown" & !l10n_info()[["Latin-1"]]
    wrong <- unsaid & !is.na(x) & !validUTF8(x)
    if (any(wrong)) {
      stop_in_words(paste0(
        "Text is not UTF-8: ", encodeString(x[wrong][1], quote = "\""), ".\n",
        "Hint: say how it is written, as in iconv(x, from = \"latin1\", to = \"UTF-8\")."
      ))
    }
    Encoding(x[unsaid]) <- "UTF-8"
    x <- enc2utf8(x)
    list(kind = "text", data = writeBin(x, raw()), missing = writeBin(as.integer(is.na(x)), raw(), size = 1))
  }

  # A vector of a known type; `what` names it in messages.
  vector_bytes <- function(x, what) {
    no_vector <- function(hint) {
      stop_in_words(paste0(
        what, " has the class ", paste(class(x), collapse = ", "), ", which is not known here.\nHint: ", hint
      ), "ArgumentTypeError")
    }
    if (inherits(x, "AsIs")) class(x) <- setdiff(class(x), "AsIs")
    if (is.data.frame(x) || (length(dim(x)) > 1 && ncol(x) != 1)) {
      no_vector("make it columns of their own, as tidyr::unpack() or cbind() do.")
    }
    if (inherits(x, "POSIXlt")) x <- as.POSIXct(x)
    if (is.factor(x)) {
      return(list(
        kind = "factor", data = writeBin(as.integer(x), raw()), levels = text_bytes(levels(x)),
        ordered = is.ordered(x)
      ))
    }
    if (inherits(x, "Date") || inherits(x, "POSIXct") || inherits(x, "difftime")) {
      if (any(is.infinite(x))) {
        stop_in_words(paste0(what, " has an infinite time.\nHint: write NA in its place."))
      }
    }
    if (inherits(x, "Date")) return(list(kind = "date", data = writeBin(as.double(x), raw())))
    if (inherits(x, "POSIXct")) {
      zone <- attr(x, "tzone", exact = TRUE)[1]
      if (is.null(zone) || is.na(zone) || !nzchar(zone)) zone <- Sys.timezone()
      if (is.null(zone) || is.na(zone)) {
        stop_in_words(paste0(what, " has no time zone.\nHint: set it, as in attr(x, \"tzone\") <- \"UTC\"."))
      }
      return(list(kind = "time", data = writeBin(as.double(x), raw()), zone = zone))
    }
    if (inherits(x, "difftime")) {
      units(x) <- "secs"
      return(list(kind = "duration", data = writeBin(as.double(x), raw())))
    }
    if (inherits(x, "integer64")) return(list(kind = "long", data = writeBin(as.vector(unclass(x)), raw())))
    numbers <- c("haven_labelled", "haven_labelled_spss", "vctrs_vctr", "integer", "double", "numeric", "matrix", "array")
    if (is.list(x)) return(list_bytes(x, what))
    if (is.character(x)) return(text_bytes(x))
    if (is.object(x) && !all(class(x) %in% numbers)) {
      no_vector("make it numbers or text, as as.numeric() and as.character() do.")
    }
    x <- as.vector(unclass(x))
    attributes(x) <- NULL
    if (is.logical(x)) return(list(kind = "flag", data = writeBin(x, raw())))
    if (is.integer(x)) return(list(kind = "whole", data = writeBin(x, raw())))
    if (is.double(x)) return(list(kind = "number", data = writeBin(x, raw())))
    no_vector("numbers, text, truth values, factors, dates, times and lists of these are known.")
  }

  # A list column: vectors of one type, such as embeddings; NULL is a missing one.
  list_bytes <- function(x, what) {
    plain <- function(one) is.null(one) || (is.atomic(one) && !is.object(one) && is.null(dim(one)))
    if (!all(vapply(x, plain, logical(1)))) {
      stop_in_words(paste0(
        what, " is a list whose cells are not all plain vectors.\n",
        "Hint: unnest it, as tidyr::unnest() does; of a spatial table, sf::st_drop_geometry()."
      ), "ArgumentTypeError")
    }
    lengths <- ifelse(vapply(x, is.null, logical(1)), -1L, lengths(x))
    types <- unique(vapply(x[lengths > 0], typeof, character(1)))
    if (length(setdiff(types, c("integer", "double"))) && length(types) > 1) {
      stop_in_words(paste0(
        what, " is a list of ", paste(types, collapse = " and "), " vectors.\nHint: make them one type."
      ), "ArgumentTypeError")
    }
    values <- unlist(unname(x), use.names = FALSE)
    if (is.null(values)) values <- numeric()
    list(
      kind = "list", data = writeBin(as.integer(lengths), raw()),
      values = vector_bytes(values, what)
    )
  }

  table_bytes <- function(x) {
    x <- as.list(x)
    about <- attributes(x)
    rows <- if (length(x)) NROW(x[[1]]) else 0L
    columns <- lapply(seq_along(x), function(at) {
      vector_bytes(x[[at]], paste0("The column \"", names(x)[at], "\""))
    })
    list(kind = "table", names = text_bytes(names(x)), columns = columns, rows = rows)
  }

  named <- function(x, what) {
    names <- names(x)
    if (any(is.na(names) | !nzchar(names)) || anyDuplicated(names)) {
      stop_in_words(paste0(what, " has names, but not one for each value.\nHint: name each once, or none."))
    }
    text_bytes(names)
  }

  # Any argument; `what` names it in messages.
  to_python <- function(x, what) {
    if (is.null(x)) return(list(kind = "none"))
    if (inherits(x, "imagesasdata_object")) return(list(kind = "object", object = alive(x)))
    if (inherits(x, "python.builtin.object")) return(list(kind = "object", object = x))
    if (inherits(x, "imagesasdata_verb") || is.function(x)) {
      stop_in_words(
        paste0(what, " is a function of R, which Python cannot call.\nHint: for steps, see iad$steps."),
        "ArgumentTypeError"
      )
    }
    if (inherits(x, "formula")) x <- paste(deparse(x, width.cutoff = 500L), collapse = " ")
    if (is.data.frame(x)) {
      found <- table_bytes(x)
      found$rows <- nrow(x)
      found$noted <- attr(x, "imagesasdata", exact = TRUE)
      if (is.null(found$noted)) found$noted <- ""
      return(found)
    }
    if (is.raw(x)) return(list(kind = "raw", data = x))
    if (is.list(x) && !is.object(x)) {
      values <- lapply(seq_along(x), function(at) to_python(x[[at]], paste0("Part ", at, " of ", what)))
      if (is.null(names(x))) return(list(kind = "values", values = values))
      return(list(kind = "named", names = named(x, what), values = values))
    }
    if (length(dim(x)) > 1) {
      return(c(vector_bytes(as.vector(x), what), list(dim = as.list(dim(x)))))
    }
    if (length(x) == 1 && is.atomic(x) && is.na(x)) {
      stop_in_words(paste0(what, " is NA.\nHint: leave it out, or give NULL."))
    }
    found <- c(vector_bytes(x, what), list(single = length(x) == 1))
    if (!is.null(names(x))) found$names <- named(x, what)
    found
  }

  # --- from Python to R ---------------------------------------------------------------------------

  missing_of <- function(x) as.logical(readBin(x, "integer", length(x), size = 1))

  text_of <- function(x) {
    found <- readBin(x$data, "character", length(x$missing))
    if (length(found)) Encoding(found) <- "UTF-8"
    found[missing_of(x$missing)] <- NA
    found
  }

  vector_of <- function(x) {
    whole <- function() readBin(x$data, "integer", length(x$data) / 4)
    number <- function() readBin(x$data, "double", length(x$data) / 8)
    switch(x$kind,
      flag = as.logical(whole()),
      whole = whole(),
      number = number(),
      text = text_of(x),
      long = long_of(text_of(x)),
      factor = structure(
        whole(), levels = text_of(x$levels),
        class = c(if (x$ordered) "ordered", "factor")
      ),
      date = structure(number(), class = "Date"),
      time = structure(number(), class = c("POSIXct", "POSIXt"), tzone = x$zone),
      duration = structure(number(), class = "difftime", units = "secs"),
      list = list_of(whole(), vector_of(x$values))
    )
  }

  # Whole numbers with more digits than R's numbers keep.
  long_of <- function(x) {
    if (requireNamespace("bit64", quietly = TRUE)) return(bit64::as.integer64(x))
    warning(
      "Whole numbers with more digits than R's numbers keep, such as ", x[!is.na(x)][1], ", are text.\n",
      "Hint: install.packages(\"bit64\") makes numbers of them.", call. = FALSE
    )
    x
  }

  list_of <- function(lengths, values) {
    there <- which(lengths >= 0)
    cells <- vector("list", length(lengths))
    group <- factor(rep(there, lengths[there]), levels = there)
    cells[there] <- unname(split(values, group))
    cells
  }

  # A column that Python has carried along gets back what Python does not know: labels, units, the zone as given.
  as_before <- function(new, old) {
    if (!is.list(new) && all(is.na(new)) && !identical(class(new), class(old))) {
      new <- old[rep(NA_integer_, length(new))]
    }
    if (inherits(old, "haven_labelled") && typeof(new) %in% c("integer", "double", "character")) {
      if (is.integer(new) && is.double(old)) storage.mode(new) <- "double"
      if (typeof(new) != typeof(old)) return(new)
      keep <- attributes(old)
      attributes(new) <- keep[setdiff(names(keep), "names")]
    } else if (inherits(old, "POSIXct") && inherits(new, "POSIXct")) {
      attr(new, "tzone") <- attr(old, "tzone", exact = TRUE)
    } else if (inherits(old, "difftime") && inherits(new, "difftime")) {
      units(new) <- units(old)
      class(new) <- class(old)
    } else if (inherits(old, "integer64") && (is.integer(new) || is.double(new))) {
      new <- bit64::as.integer64(new)
    }
    label <- attr(old, "label", exact = TRUE)
    if (!is.null(label)) attr(new, "label") <- label
    new
  }

  table_of <- function(x, like) {
    columns <- lapply(x$columns, vector_of)
    names(columns) <- text_of(x$names)
    for (name in intersect(names(columns), names(like))) {
      columns[[name]] <- as_before(columns[[name]], like[[name]])
    }
    found <- structure(columns, class = "data.frame", row.names = .set_row_names(as.integer(x$rows)))
    if (inherits(like, "data.table")) {
      found <- data.table::as.data.table(found)
    } else if (is.null(like) || inherits(like, "tbl_df")) {
      if (requireNamespace("tibble", quietly = TRUE)) found <- tibble::as_tibble(found)
      by <- if (inherits(like, "grouped_df")) intersect(dplyr::group_vars(like), names(found))
      if (length(by)) found <- dplyr::grouped_df(found, by)
    }
    if (nzchar(x$noted)) attr(found, "imagesasdata") <- x$noted
    found
  }

  from_python <- function(x, like = NULL) {
    switch(x$kind,
      none = NULL,
      raw = x$data,
      table = table_of(x, like),
      values = lapply(x$values, from_python, like = like),
      named = stats::setNames(lapply(x$values, from_python, like = like), text_of(x$names)),
      object = object_of(x, like),
      {
        found <- vector_of(x)
        if (length(x$dim) > 1) dim(found) <- as.integer(unlist(x$dim))
        found
      }
    )
  }

  # --- objects and calls ----------------------------------------------------------------------------

  object_of <- function(x, like) {
    names <- text_of(x$names)
    is_result <- !is.null(x$tidy)
    kept <- list(text = x$text)
    for (part in c("tidy", "glance")) {
      if (!is.null(x[[part]])) kept[[part]] <- from_python(x[[part]], like)
    }
    if (!is.null(x$coef)) {
      kept$coef <- unlist(from_python(x$coef))
      kept$vcov <- from_python(x$vcov)
      dimnames(kept$vcov) <- list(names(kept$coef), names(kept$coef))
    }
    structure(
      list(python = x$object, kept = kept, like = like[0, , drop = FALSE]),
      class = c(paste0("imagesasdata_", names[1]), if (is_result) "imagesasdata_result", "imagesasdata_object")
    )
  }

  # The object in Python, which does not outlive the session.
  alive <- function(x) {
    python <- .subset2(x, "python")
    if (!is.null(python) && !reticulate::py_is_null_xptr(python)) return(python)
    stop_in_words(paste0(
      "This ", sub("imagesasdata_", "", class(x)[1]), " was read from a file, which holds its tables alone.\n",
      "Hint: tidy(), glance(), coef(), vcov(), nobs(), print() work; for all else make it again."
    ))
  }

  told <- function(answer, verb) {
    answer <- reticulate::py_to_r(answer)
    for (note in answer$warnings) {
      classes <- c(paste0("imagesasdata_", note$type), "imagesasdata_warning", "warning", "condition")
      warning(structure(class = classes, list(message = note$text, call = verb)))
    }
    if (!is.null(answer$error)) stop_in_words(answer$error, answer$type, verb)
    answer$value
  }

  function_of <- function(owner, name, help, like = NULL) {
    verb <- function(...) {
      given <- list(...)
      names <- names(given)
      if (is.null(names)) names <- rep("", length(given))
      tables <- Filter(is.data.frame, given)
      if (length(tables)) like <- tables[[1]]
      what <- function(at) if (nzchar(names[at])) names[at] else paste0("Argument ", at, " of ", name, "()")
      values <- lapply(seq_along(given), function(at) to_python(given[[at]], what(at)))
      by_name <- nzchar(names)
      named <- list(kind = "named", names = text_bytes(names[by_name]), values = values[by_name])
      positional <- list(kind = "values", values = values[!by_name])
      answer <- python$call(if (is.null(owner)) NULL else alive(owner), name, positional, named)
      from_python(told(answer, as.name(name)), like)
    }
    structure(verb, class = c("imagesasdata_verb", "function"), help = help)
  }

  get <- function(x, name) {
    is_package <- inherits(x, "imagesasdata")
    answer <- python$member(if (is_package) NULL else alive(x), name)
    value <- told(answer, as.name(name))
    like <- if (!is_package) .subset2(x, "like")
    if (value$kind == "function") return(function_of(if (!is_package) x, name, value$help, like))
    from_python(value, like)
  }

  # --- methods --------------------------------------------------------------------------------------

  broom_names <- function(table) {
    old <- c("std_error", "p_value", "conf_low", "conf_high")
    found <- match(names(table), old)
    names(table)[!is.na(found)] <- sub("_", ".", old, fixed = TRUE)[found[!is.na(found)]]
    table
  }

  tidy <- function(x, conf.int = TRUE, conf.level = 0.95, ...) {
    table <- .subset2(x, "kept")$tidy
    if (conf.level != 0.95) table <- get(x, "tidy")(conf_level = conf.level)
    table <- broom_names(table)
    if (conf.int) table else table[setdiff(names(table), c("conf.low", "conf.high"))]
  }

  part <- function(x, name) {
    found <- .subset2(x, "kept")[[name]]
    if (is.null(found)) {
      stop_in_words(paste0(
        sub("imagesasdata_", "", class(x)[1]), " has no ", name, "().\nHint: tidy() gives its table."
      ))
    }
    found
  }

  nobs <- function(object, ...) {
    table <- part(object, "glance")
    column <- intersect(c("nobs", "n"), names(table))
    if (!length(column)) {
      stop_in_words("No single number of rows is known for it.\nHint: glance() gives the rows of each part.")
    }
    table[[column[1]]]
  }

  confint <- function(object, parm, level = 0.95, ...) {
    table <- tidy(object, conf.level = level)
    part(object, "coef")
    found <- as.matrix(as.data.frame(table)[c("conf.low", "conf.high")])
    dimnames(found) <- list(table$term, paste(format(100 * c((1 - level) / 2, 1 - (1 - level) / 2), trim = TRUE), "%"))
    if (missing(parm)) found else found[parm, , drop = FALSE]
  }

  draw <- function(x, ...) {
    pixels <- from_python(told(python$raster(alive(x)), quote(plot)))
    old <- graphics::par(mar = c(0, 0, 0, 0))
    on.exit(graphics::par(old))
    graphics::plot.new()
    graphics::plot.window(c(0, dim(pixels)[2]), c(0, dim(pixels)[1]), asp = 1)
    graphics::rasterImage(grDevices::as.raster(pixels, max = 255), 0, 0, dim(pixels)[2], dim(pixels)[1])
    invisible(x)
  }

  show <- function(x, ...) {
    text <- .subset2(x, "kept")$text
    if (is.null(text)) text <- as.character(reticulate::py_str(alive(x)))
    cat(text, "\n", sep = "")
    invisible(x)
  }

  method <- function(generic, class, f, package = "base") {
    if (requireNamespace(package, quietly = TRUE)) {
      registerS3method(generic, class, f, envir = asNamespace(package))
    }
  }
  result <- "imagesasdata_result"
  method("$", "imagesasdata", get)
  method("$", "imagesasdata_object", get)
  method("[[", "imagesasdata", get)
  method("[[", "imagesasdata_object", get)
  method("print", "imagesasdata_object", show)
  method("summary", result, show)
  method("as.data.frame", result, function(x, ...) as.data.frame(tidy(x)))
  method("plot", "imagesasdata_object", draw)
  method("coef", result, function(object, ...) part(object, "coef"), "stats")
  method("vcov", result, function(object, ...) part(object, "vcov"), "stats")
  method("nobs", result, nobs, "stats")
  method("confint", result, confint, "stats")
  method("tidy", result, tidy, "generics")
  method("glance", result, function(x, ...) part(x, "glance"), "generics")
  method("augment", result, function(x, ...) get(x, "augment")(...), "generics")
  method(".DollarNames", "imagesasdata", function(x, pattern = "") {
    grep(pattern, unlist(reticulate::py_to_r(python$public())), value = TRUE)
  }, "utils")
  method(".DollarNames", "imagesasdata_object", function(x, pattern = "") {
    grep(pattern, unlist(reticulate::py_to_r(python$names(alive(x)))), value = TRUE)
  }, "utils")
  method("print", "imagesasdata_verb", function(x, ...) {
    cat(attr(x, "help"), "\n", sep = "")
    invisible(x)
  })
  method("print", "imagesasdata", function(x, ...) {
    cat(
      "imagesasdata: verbs as iad$features(photos); their text: iad$features without ().\n",
      "Ids (image_id, face_id, ...) count from 0: row 1 of a table is image 0. Join by them.\n",
      sep = ""
    )
    invisible(x)
  })

  structure(list(), class = "imagesasdata")
})
