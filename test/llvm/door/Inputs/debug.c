void scale(int n, float a, const float *restrict x, float *restrict y) {
  for (int i = 0; i < n; i++) {
    float scaled = a * x[i];
    float shifted = scaled + 1.0f;
    y[i] = shifted * shifted;
  }
}
