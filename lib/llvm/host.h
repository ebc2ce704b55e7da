/* host.h: what tweed-emulate needs of LLVM and no C API gives. Implemented in C++ by passes/llvm/bridge_host.cpp. */
#ifndef TWEED_LLVM_HOST_H
#define TWEED_LLVM_HOST_H

#include <llvm-c/Core.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Prepares a module of NVPTX for rewriting: constant expressions over shared variables become instructions, so that
 * each use stands in a function; lists of used variables go. Afterwards tw_flatten can follow. */
void tw_expand_shared(LLVMModuleRef module);
/* Every address space becomes 0: types, functions, variables, instructions; casts between address spaces vanish,
 * intrinsics get the names that go with their new types. Debug information about variables is dropped, lines stay.
 * Calling conventions and attributes of NVPTX go, triple and data layout become the host's. All values of functions
 * that change their type are replaced: handles from before are dead, names stay. */
void tw_flatten(LLVMModuleRef module);
/* Integer value of operand i of function's entry `key` in nvvm.annotations, or fallback. */
int64_t tw_annotation(LLVMValueRef function, const char *key, int64_t fallback);
/* What LLVM's verifier has against the module, or NULL. Freed by LLVMDisposeMessage. */
char *tw_verify(LLVMModuleRef module);
/* Size in bytes that an access of this type touches, and the ABI alignment, on the host. */
uint64_t tw_bytes(LLVMModuleRef module, LLVMTypeRef type);
uint64_t tw_alloc_size(LLVMModuleRef module, LLVMTypeRef type);
uint64_t tw_abi_align(LLVMModuleRef module, LLVMTypeRef type);
/* Where an instruction stands, for messages: "FILE:LINE:COLUMN: ", "in function F: ", or "" for NULL. Returns buffer.
 */
char *tw_where(LLVMValueRef instruction, char *buffer, size_t size);
/* An error through the compiler's own channel, of two texts one behind the other. */
void tw_emulate_error(LLVMModuleRef module, const char *message, const char *more);
/* The function, if a call is of a known function, or NULL (also for inline assembly). */
LLVMValueRef tw_callee(LLVMValueRef call);

#ifdef __cplusplus
}
#endif
#endif
