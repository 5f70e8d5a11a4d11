# Makes screening.json: the likelihood of answers with gaps by a general optimiser, no EM; and Mahalanobis distances.
# R 4.2.2, base R only. Run from this folder: Rscript screening.R > screening.json
options(digits = 15)

fitted <- function(x) {
  x <- as.matrix(x); p <- ncol(x); n <- nrow(x)
  centre <- colMeans(x, na.rm = TRUE); unit <- apply(x, 2, sd, na.rm = TRUE)
  z <- scale(x, centre, unit)
  key <- apply(is.na(z), 1, function(r) paste(as.integer(r), collapse = ""))
  parts <- lapply(split(seq_len(n), key), function(i) {
    b <- z[i, , drop = FALSE]; o <- which(!is.na(b[1, ])); b <- b[, o, drop = FALSE]; m <- colMeans(b)
    list(n = length(i), o = o, m = m, s = crossprod(sweep(b, 2, m)) / length(i))
  })
  root <- function(t) {
    l <- matrix(0, p, p); l[lower.tri(l, TRUE)] <- t[-(1:p)]; diag(l) <- exp(diag(l)); l
  }
  value <- function(t) tryCatch({
    s <- tcrossprod(root(t)); v <- 0
    for (q in parts) {
      r <- chol(s[q$o, q$o, drop = FALSE]); k <- chol2inv(r); d <- q$m - t[1:p][q$o]
      v <- v + q$n * (length(q$o) * log(2 * pi) + 2 * sum(log(diag(r))) + sum(k * q$s) + sum(d * (k %*% d))) / 2
    }
    v
  }, error = function(e) 1e10)
  slope <- function(t) {
    l <- root(t); s <- tcrossprod(l); gm <- numeric(p); g <- matrix(0, p, p)
    for (q in parts) {
      k <- chol2inv(chol(s[q$o, q$o, drop = FALSE])); d <- q$m - t[1:p][q$o]
      gm[q$o] <- gm[q$o] - q$n * (k %*% d)
      g[q$o, q$o] <- g[q$o, q$o] + q$n / 2 * (k - k %*% (q$s + d %*% t(d)) %*% k)
    }
    gl <- 2 * g %*% l; diag(gl) <- diag(gl) * diag(l)
    c(gm, gl[lower.tri(gl, TRUE)])
  }
  t <- numeric(p + p * (p + 1) / 2)
  for (pass in 1:6) t <- optim(t, value, slope, method = "BFGS", control = list(maxit = 5000, reltol = 1e-16))$par
  for (pass in 1:8) { # Newton steps with a differenced Hessian end at a slope of 1e-13
    h <- sapply(seq_along(t), function(i) { e <- replace(0 * t, i, 1e-4); (slope(t + e) - slope(t - e)) / 2e-4 })
    t <- t - solve((h + t(h)) / 2, slope(t))
  }
  mean <- centre + unit * t[1:p]; cov <- outer(unit, unit) * tcrossprod(root(t))
  chi2 <- 0; df <- -p; distance <- numeric(n); usual <- cov * n / (n - 1)
  for (i in split(seq_len(n), key)) {
    o <- which(!is.na(x[i[1], ])); d <- colMeans(x[i, o, drop = FALSE]) - mean[o]
    chi2 <- chi2 + length(i) * sum(d * solve(cov[o, o, drop = FALSE], d)); df <- df + length(o)
    distance[i] <- mahalanobis(x[i, o, drop = FALSE], mean[o], usual[o, o, drop = FALSE])
  }
  list(slope = max(abs(slope(t))), n = n, n_patterns = length(parts), mean = mean, covariance = cov,
       log_likelihood = -value(t) - sum(colSums(!is.na(x)) * log(unit)), chi2 = chi2, df = df,
       p_value = pchisq(chi2, df, lower.tail = FALSE), distance = distance)
}

json <- function(v) {
  if (is.list(v)) return(paste0("{", paste0('"', names(v), '": ', sapply(v, json), collapse = ",\n"), "}"))
  if (is.matrix(v)) return(paste0("[", paste(apply(v, 1, json), collapse = ",\n"), "]"))
  one <- if (is.character(v)) paste0('"', v, '"') else ifelse(is.na(v), "null", formatC(v, digits = 15, format = "g", width = 1))
  if (length(v) == 1) one else paste0("[", paste(one, collapse = ", "), "]")
}

base <- read.csv("../formats/answers.csv")[, 5:11]
whole <- airquality[complete.cases(airquality), ]
cat(json(list(
  origin = paste(
    R.version.string, "- tests/reference/screening.R: stats::optim (BFGS) and Newton steps on the likelihood of the",
    "answers given; stats::mahalanobis. Data: datasets::airquality (New York, May to September 1973; Chambers et al.",
    "1983, Graphical Methods for Data Analysis), which ships with R, and the invented answers tests/formats/answers.csv."
  ),
  naniar = list(
    origin = "R package naniar, its own tests/testthat/test-mcar-test.R of May 2024: mcar_test(airquality), EM by norm::em.norm",
    chi2 = 35.1061288689702, df = 14, p_value = 0.00141778113856683, n_patterns = 4
  ),
  airquality = as.list(airquality),
  airquality_fit = fitted(airquality),
  airquality_whole = list(
    origin = "mahalanobis(x, colMeans(x), cov(x)) of the 111 days without a gap",
    distance = as.numeric(mahalanobis(whole, colMeans(whole), cov(whole)))
  ),
  answers_fit = fitted(base)
)), "\n")
