# Writes btheb.csv (a trial of HSAUR3: 100 people, depression scores, up to half missing), imputation.csv and rubin.csv.
# Conditional means: nlme::gls for the model, the strategies' conditional means person by person, stats::lm at each
# visit, everything anew without each person in turn. Multiple imputation: mice, method "norm", Rubin's rules by pool.
suppressPackageStartupMessages({
  library(nlme)
  library(mice)
})
data("BtheB", package = "HSAUR3")
months <- c(2, 3, 5, 8)
trial <- data.frame(id = seq_len(nrow(BtheB)), arm = as.character(BtheB$treatment), m0 = BtheB$bdi.pre,
                    m2 = BtheB$bdi.2m, m3 = BtheB$bdi.3m, m5 = BtheB$bdi.5m, m8 = BtheB$bdi.8m)
write.csv(trial, "btheb.csv", row.names = FALSE, quote = FALSE, na = "")
names_of_visits <- paste0("m", months)

model <- function(trial) {
  long <- reshape(trial, direction = "long", varying = names_of_visits, v.names = "y", idvar = "id", timevar = "visit",
                  times = 1:4)
  long <- long[order(long$id, long$visit), ]
  long <- long[!is.na(long$y), ]
  long$treated <- as.numeric(long$arm == "BtheB")
  long$month <- factor(long$visit)
  fit <- gls(y ~ 0 + month + month:treated + month:m0, long, correlation = corSymm(form = ~ visit | id),
             weights = varIdent(form = ~ 1 | visit), method = "REML",
             control = glsControl(tolerance = 1e-10, msTol = 1e-12, maxIter = 200, msMaxIter = 500, opt = "nlminb"))
  spread <- fit$sigma * c(1, coef(fit$modelStruct$varStruct, unconstrained = FALSE))[1:4]
  levels <- c("1", names(coef(fit$modelStruct$varStruct, unconstrained = FALSE)))
  spread <- spread[match(as.character(1:4), levels)]
  whole <- names(which.max(table(long$id)))
  correlation <- corMatrix(fit$modelStruct$corStruct)[[whole]]
  list(beta = matrix(coef(fit), 4), sigma = correlation * outer(spread, spread))
}

fill <- function(trial, model, strategy) {
  for (person in seq_len(nrow(trial))) {
    y <- as.numeric(trial[person, names_of_visits])
    missing <- is.na(y)
    if (!any(missing)) next
    treated <- trial$arm[person] == "BtheB"
    own <- model$beta %*% c(1, treated, trial$m0[person])
    reference <- model$beta %*% c(1, 0, trial$m0[person])
    last <- max(c(0, which(!missing)))
    after <- seq_len(4) > last
    mean <- own
    if (strategy == "J2R") mean[after] <- reference[after]
    if (strategy == "CR" && any(after)) mean <- reference
    if (strategy == "CIR") mean[after] <- reference[after] + if (last > 0) (own - reference)[last] else 0
    y[missing] <- mean[missing]
    if (any(!missing)) {
      slope <- model$sigma[missing, !missing, drop = FALSE] %*% solve(model$sigma[!missing, !missing])
      y[missing] <- y[missing] + slope %*% (y[!missing] - mean[!missing])
    }
    trial[person, names_of_visits] <- y
  }
  trial
}

effects <- function(trial) sapply(names_of_visits, function(visit) {
  coef(lm(trial[[visit]] ~ I(trial$arm == "BtheB") + trial$m0))[[2]]
})

strategies <- c("MAR", "J2R", "CR", "CIR")
estimate <- function(trial) {
  found <- model(trial)
  sapply(strategies, function(strategy) effects(fill(trial, found, strategy)))
}
point <- estimate(trial)
left_out <- sapply(seq_len(nrow(trial)), function(person) estimate(trial[-person, ]))
error <- sqrt(apply(left_out, 1, function(values) (length(values) - 1) * mean((values - mean(values))^2)))
answers <- data.frame(strategy = rep(strategies, each = 4), variance = "jackknife", month = rep(months, 4),
                      estimate = as.numeric(point), se = error, df = NA)

wide <- trial[, c("arm", "m0", names_of_visits)]
wide$arm <- as.numeric(wide$arm == "BtheB")
imputed <- mice(wide, m = 1000, method = "norm", maxit = 10, seed = 20260725, printFlag = FALSE)
for (month in months) {
  fits <- with(imputed, lm(as.formula(paste0("m", month, " ~ arm + m0"))))
  line <- summary(pool(fits))[2, ]
  answers <- rbind(answers, data.frame(strategy = "MAR", variance = "rubin", month = month, estimate = line$estimate,
                                       se = line$std.error, df = line$df))
}
write.csv(format(answers, digits = 12), "imputation.csv", row.names = FALSE, quote = FALSE)

set.seed(3)
rows <- NULL
for (many in c(2, 5, 40)) {
  estimates <- rnorm(many, -1, 0.3)
  errors <- runif(many, 0.4, 0.6)
  pooled <- pool.scalar(estimates, errors^2, n = 98, k = 3)
  rows <- rbind(rows, data.frame(estimates = paste(format(estimates, digits = 15), collapse = " "),
                                 errors = paste(format(errors, digits = 15), collapse = " "), dfcom = 95,
                                 estimate = pooled$qbar, se = sqrt(pooled$t), df = pooled$df))
}
write.csv(format(rows, digits = 15), "rubin.csv", row.names = FALSE, quote = FALSE)
