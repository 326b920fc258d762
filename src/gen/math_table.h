/* math_table.h -- polynomials of the elementary functions, lowest power first.
 * Made by scripts/fit_math.py; do not edit. */
#ifndef GEN_MATH_TABLE_H
#define GEN_MATH_TABLE_H
extern const double math_exp_f32[5];
extern const double math_exp_f64[10];
extern const double math_log_f32[9];
extern const double math_log_f64[8];
extern const double math_tanh_f32[6];
extern const double math_tanh_f64[14];
extern const double math_erf_f32[7];
extern const double math_erf_f64[14];
extern const double math_erfl_f32[9];
extern const double math_erfc_f64[24];
extern const double math_erfc_f32[11];
extern const double math_sin_f64[7];
extern const double math_cos_f64[7];
extern const double math_atan_f64[12];
#endif
