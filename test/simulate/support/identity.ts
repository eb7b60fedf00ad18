/**
 * A certificate for the host `server`, and its key. They prove nothing to anybody: on a simulated network
 * they are checked for fitting together, and not shown.
 */
export const identity: { readonly cert: string; readonly key: string } = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBjDCCATKgAwIBAgIUWjcMvNuGRa8bcBXDXGSyvx+lDXkwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGc2VydmVyMCAXDTI2MTEyNzE0NDg0OVoYDzIxMjYxMTAzMTQ0
ODQ5WjARMQ8wDQYDVQQDDAZzZXJ2ZXIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AASF/ZK/NHO0mdrlUuvHYLXDGhK+oJK6tj19BstwVY8D4O984c/AyF5XGVqHO4zr
x4Y+JCY/qypEFAuLSFfQlx8Vo2YwZDAdBgNVHQ4EFgQU+FXBgxzU4WmR6NXm4H4Y
KB/G5zowHwYDVR0jBBgwFoAU+FXBgxzU4WmR6NXm4H4YKB/G5zowDwYDVR0TAQH/
BAUwAwEB/zARBgNVHREECjAIggZzZXJ2ZXIwCgYIKoZIzj0EAwIDSAAwRQIgJ6TW
lglR6HSDMyTaGIn60I7q30+BHAeU1BPRhbh3bqwCIQCW84R+utq1y+zlHaRfHYwG
mnPodq0SPc/n/LnvZ8/gNA==
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgPra9m/+4c60mqcOE
F29f6kA/mKeBJAVnmD5v0hOmU/ihRANCAASF/ZK/NHO0mdrlUuvHYLXDGhK+oJK6
tj19BstwVY8D4O984c/AyF5XGVqHO4zrx4Y+JCY/qypEFAuLSFfQlx8V
-----END PRIVATE KEY-----
`,
}
