# What R gives for regressions and agreement, kept in regressions.json: Rscript regressions.R > regressions.json
# (R, sandwich, estimatr, clubSandwich and psych; the versions are in the file). The data are those of
# `data` in test_against_r.py.
suppressMessages({library(sandwich); library(estimatr); library(clubSandwich); library(psych); library(jsonlite)})
i <- 1:84
d <- data.frame(x = sin(3 * i), z = cos(i * i), outlet = (i * i) %% 13, year = i %% 4, weight = 1 + (i %% 5) / 4)
d$y <- d$x + d$outlet / 10 + (1 + 0.5 * d$z) * sin(i * i * i)
d$event <- as.numeric(d$x + 1.5 * sin(7 * i * i) > 0)
d$count <- floor(exp(0.3 * d$x + 0.5 + 0.5 * sin(11 * i)))
robust <- function(fit, kind) unname(sqrt(diag(vcovHC(fit, type = kind))))
tidied <- function(fit) { t <- tidy(fit); t <- t[, c("term", "estimate", "std.error", "p.value", "conf.low", "conf.high", "df")]; as.list(t) }
found <- list()
ols <- lm(y ~ x + z, d)
heavy <- lm(y ~ x + z, d, weights = weight)
for (kind in c("HC0", "HC1", "HC2", "HC3")) {
  found$ols[[kind]] <- list(estimate = unname(coef(ols)), std_error = robust(ols, kind))
  found$weighted[[kind]] <- list(estimate = unname(coef(heavy)), std_error = robust(heavy, kind))
}
found$hc2 <- tidied(lm_robust(y ~ x + z, d, se_type = "HC2"))
found$cr2 <- tidied(lm_robust(y ~ x + z, d, clusters = outlet, se_type = "CR2"))
club <- coef_test(ols, vcov = "CR2", cluster = d$outlet, test = "Satterthwaite")
found$club <- list(std_error = club$SE, df = if (is.null(club$df_Satt)) club$df else club$df_Satt, p_value = if (is.null(club$p_Satt)) club$p_val else club$p_Satt)
found$within <- tidied(lm_robust(y ~ x + z, d, fixed_effects = ~ outlet, se_type = "HC2"))
found$within_two <- tidied(lm_robust(y ~ x + z, d, fixed_effects = ~ outlet + year, se_type = "HC1"))
found$within_cluster <- tidied(lm_robust(y ~ x + z, d, fixed_effects = ~ year, clusters = outlet, se_type = "stata"))
for (family in c("logit", "poisson")) {
  fit <- if (family == "logit") glm(event ~ x + z, binomial, d, control = list(epsilon = 1e-14)) else glm(count ~ x + z, poisson, d, control = list(epsilon = 1e-14))
  for (kind in c("HC0", "HC1")) found[[family]][[kind]] <- list(estimate = unname(coef(fit)), std_error = robust(fit, kind))
}
one <- (i * i) %% 5 + 1
two <- pmin(5, pmax(1, one + (i %% 3 == 0) - (i %% 7 == 0)))
kappa <- function(w) unname(cohen.kappa(cbind(one, two), w = w)$kappa)
far <- abs(outer(1:5, 1:5, "-"))
found$kappa <- list(plain = unname(cohen.kappa(cbind(one, two))$kappa),
  linear = unname(cohen.kappa(cbind(one, two), w = 1 - far / 4)$weighted.kappa),
  quadratic = unname(cohen.kappa(cbind(one, two), w = 1 - (far / 4)^2)$weighted.kappa))
icc <- ICC(cbind(one, two), lmer = FALSE)$results
found$icc <- list(type = icc$type, value = icc$ICC)
found$versions <- c(R = as.character(getRversion()), sapply(c("sandwich", "estimatr", "clubSandwich", "psych"), function(p) as.character(packageVersion(p))))
found$versions <- as.list(found$versions)
cat(toJSON(found, digits = 12, auto_unbox = TRUE, pretty = 1), "\n", sep = "")
