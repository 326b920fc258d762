// test: opt --round-trip %s
// In a type that is kept as text, "- >" closes a bracket and "->" does not: the blank stays.
func.func private @f(tensor<2xi3 - >, tensor<2xi3 () -> e>)
