/* What driver.c calls of loops.c. */
#ifndef DEMO_LOOPS_H
#define DEMO_LOOPS_H

void axpy(long n, const float *restrict x, float *restrict y);
float dot(long n, const float *restrict x, const float *restrict y);
void fir4(long n, const float *restrict x, float *restrict y);
void iir2(long n, const float *restrict x, float *restrict y);
void distance3(long n, const float *restrict x, float *restrict y);
void horner(long n, const float *restrict x, float *restrict y);
void stencil(long n, const float *restrict x, float *restrict y);
void complex_multiply(long n, const float *restrict x, float *restrict y);
void saturate(long n, const short *restrict x, short *restrict y);
void threshold(long n, const float *restrict x, float *restrict y);
void may_overlap(long n, const float *x, float *y);
unsigned hash(long n, const unsigned char *s);

#endif
