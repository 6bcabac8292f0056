//go:build !race

package systemtest_test

const slow = false
