/* table.h -- polynomials of the elementary functions, lowest power first.
 * Made by scripts/fit_math.py; do not edit. */
#ifndef GEN_MATH_TABLE_H
#define GEN_MATH_TABLE_H
#include <stdint.h>
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
extern const double math_sin_f32[4];
extern const double math_cos_f32[4];
extern const double math_atan_f64[12];
extern const double math_asin_f64[13];
extern const double math_sinh_f64[8];
extern const uint64_t math_two_over_pi[22];
extern const double math_atanh[9][2];
extern const double math_atanh_full[15][2];
extern const double math_sin_pi[12][2];
extern const double math_cos_pi[12][2];
extern const double math_stirling[13][2];
extern const double math_digamma[13][2];
extern const double math_lgamma[14];
extern const double math_digamma_root[13];
extern const double math_lgamma_zero[32][10];
extern const double math_digamma_zero[32][10];
extern const double math_erf_inv[23];
extern const double math_erf_inv_near[24];
extern const double math_erf_inv_far[24];
extern const double math_bessel_near[30];
extern const double math_bessel_far[30];
extern const double math_erf_pieces[5][32];
extern const double math_erfc_pieces[6][32];
extern const double math_exp_near[2], math_exp_powers[16], math_exp_rests[16];
#endif
