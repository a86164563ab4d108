# A study in R: tables through verbs, results with the methods of broom and stats, and in a file.

library(estimatr)
source("checks.R")
library(broom)

photos <- iad$read_images(Sys.getenv("PHOTOS")) |>
  iad$features(groups = c("light", "size"))

check("tibbles", same(inherits(photos, "tbl_df"), TRUE))
check("ids count from 0", same(photos$image_id, 0:10))
check("a second run replaces the first", same(
  names(iad$features(photos, groups = c("light", "size"))), names(photos)
))
check("what verbs noted stays through dplyr", same(
  names(iad$features(filter(photos, width > 0), groups = c("light", "size"))), names(photos)
))
check("whole numbers written as doubles", {
  sheet <- iad$contact_sheet(photos, n = 3)
  same(inherits(sheet, "imagesasdata_Figure"), TRUE)
  grDevices::pdf(NULL)
  same(plot(sheet), sheet)
})
check("embeddings are a list column, and go back", {
  embedded <- iad$embed(photos, model = "efficientnet_lite0")
  same(typeof(embedded$embedding), "list")
  same(unique(lengths(embedded$embedding)), c(1280L, 0L))
  found <- iad$find_similar(embedded, embedded$path[1], top = 3)
  same(found$path[1], embedded$path[1])
})

set.seed(1)
data <- tibble::tibble(
  x = rnorm(60), kind = factor(sample(c("b", "a"), 60, TRUE), levels = c("b", "a")),
  outlet = rep(1:12, 5), likes = 2 + 3 * x + 0.5 * (kind == "a") + rnorm(60)
)
fit <- iad$regress(likes ~ x + kind, data)
reference <- estimatr::lm_robust(likes ~ x + kind, data, se_type = "HC2")

check("as estimatr has it", {
  close_to(unname(coef(fit)), unname(coef(reference)), 1e-10)
  close_to(unname(vcov(fit)), unname(vcov(reference)), 1e-8)
  close_to(unname(confint(fit)), unname(confint(reference)), 1e-8)
  close_to(tidy(fit)$p.value, unname(reference$p.value), 1e-8)
  same(nobs(fit), 60L)
})
check("by clusters, as estimatr has it", {
  by <- iad$regress(likes ~ x + kind, data, vcov = list(cluster = "outlet"))
  robust <- estimatr::lm_robust(likes ~ x + kind, data, clusters = outlet, se_type = "CR2")
  close_to(unname(vcov(by)), unname(vcov(robust)), 1e-8)
  close_to(tidy(by)$p.value, unname(robust$p.value), 1e-6)
})
check("names of broom", {
  same(names(tidy(fit)), c("term", "estimate", "std.error", "statistic", "p.value", "conf.low", "conf.high"))
  same(names(tidy(fit, conf.int = FALSE)), c("term", "estimate", "std.error", "statistic", "p.value"))
  same(tidy(fit)$term, names(coef(fit)))
  same(dimnames(vcov(fit)), list(names(coef(fit)), names(coef(fit))))
  same(nrow(glance(fit)), 1L)
  narrow <- tidy(fit, conf.level = 0.5)
  same(all(narrow$conf.high - narrow$conf.low < tidy(fit)$conf.high - tidy(fit)$conf.low), TRUE)
})
check("print and summary", {
  same(utils::capture.output(print(fit)), utils::capture.output(summary(fit)))
  same(any(grepl("60 rows", utils::capture.output(fit))), TRUE)
})
check("augment", same(c("fitted", "residual") %in% names(augment(fit)), c(TRUE, TRUE)))
check("methods of Python", same(is.character(fit$latex()), TRUE))
check("figures", {
  grDevices::pdf(NULL)
  same(plot(fit), fit)
})
check("in a file", {
  file <- tempfile(fileext = ".rds")
  saveRDS(fit, file)
  code <- paste0(
    "source(reticulate::import('imagesasdata.cli.r')$file); fit <- readRDS('", file, "');",
    "saveRDS(list(broom::tidy(fit), coef(fit), vcov(fit), nobs(fit), capture.output(print(fit)),",
    "tryCatch(fit$plot(), error = function(e) conditionMessage(e))), '", file, ".out')"
  )
  same(system2(file.path(R.home("bin"), "Rscript"), c("-e", shQuote(code))), 0L)
  read <- readRDS(paste0(file, ".out"))
  same(read[[1]], tidy(fit))
  same(read[[2]], coef(fit))
  same(read[[3]], vcov(fit))
  same(read[[4]], nobs(fit))
  same(read[[5]], utils::capture.output(print(fit)))
  same(grepl("read from a file", read[[6]]), TRUE)
})
check("results without coefficients", {
  codes <- tibble::tibble(truth = c(TRUE, TRUE, FALSE, NA, FALSE), said = c(TRUE, FALSE, FALSE, TRUE, FALSE))
  found <- iad$validate(codes, truth = "truth", prediction = "said")
  same(nrow(tidy(found)), 2L)
  same(nobs(found), 4L)
  fails(coef(found), "imagesasdata_error", "Validation has no coef()", "tidy()")
})
check("agreement of coders given as factors", {
  codes <- tibble::tibble(
    path = rep(c("a", "b", "c"), 2), coder = rep(c("x", "y"), each = 3), label = factor(c("p", "q", "p", "p", "q", "q"))
  )
  found <- iad$agreement(codes, value = "label")
  same("label" %in% names(tidy(found)), TRUE)
  fails(nobs(found), "imagesasdata_error", "no glance()")
})
