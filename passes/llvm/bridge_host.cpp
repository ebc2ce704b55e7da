// bridge_host.cpp: from NVPTX's address spaces to the host's one. See lib/llvm/host.h.
#include "bridge_impl.h"
#include "llvm/host.h"
#include <llvm/ADT/DenseMap.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/DebugInfo.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/DiagnosticPrinter.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/ReplaceConstant.h>
#include <llvm/IR/Verifier.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/Triple.h>
#include <llvm/Transforms/Utils/ValueMapper.h>
#include <memory>
#include <string>

using namespace llvm;

namespace {

// Types with every pointer in address space 0.
class FlatTypes : public ValueMapTypeRemapper {
public:
  Type *remapType(Type *type) override {
    Type *&known = types[type];
    if (known)
      return known;
    Type *flat = compute(type);
    return types[type] = flat;
  }

private:
  DenseMap<Type *, Type *> types;

  SmallVector<Type *, 8> all(ArrayRef<Type *> old, bool *changed) {
    SmallVector<Type *, 8> result;
    for (Type *t : old) {
      result.push_back(remapType(t));
      *changed |= result.back() != t;
    }
    return result;
  }

  Type *compute(Type *type) {
    if (auto *p = dyn_cast<PointerType>(type))
      return p->getAddressSpace() == 0 ? type : PointerType::get(type->getContext(), 0);
    if (auto *a = dyn_cast<ArrayType>(type))
      return ArrayType::get(remapType(a->getElementType()), a->getNumElements());
    if (auto *v = dyn_cast<VectorType>(type))
      return VectorType::get(remapType(v->getElementType()), v->getElementCount());
    bool changed = false;
    if (auto *f = dyn_cast<FunctionType>(type)) {
      auto params = all(f->params(), &changed);
      return FunctionType::get(remapType(f->getReturnType()), params, f->isVarArg());
    }
    if (auto *s = dyn_cast<StructType>(type); s && !s->isOpaque()) {
      auto elements = all(s->elements(), &changed);
      if (!changed)
        return type;
      if (s->isLiteral())
        return StructType::get(type->getContext(), elements, s->isPacked());
      return StructType::create(type->getContext(), elements, s->getName(), s->isPacked());
    }
    return type;
  }
};

const RemapFlags flags = RF_IgnoreMissingLocals | RF_ReuseAndMutateDistinctMDs;

// Casts between address spaces in constants: what they cast is already flat.
class FlatCasts : public ValueMaterializer {
public:
  FlatCasts(ValueToValueMapTy &v, FlatTypes &t) : values(v), types(t) {}
  Value *materialize(Value *value) override {
    auto *cast = dyn_cast<ConstantExpr>(value);
    if (!cast || cast->getOpcode() != Instruction::AddrSpaceCast)
      return nullptr;
    return MapValue(cast->getOperand(0), values, flags, &types, this);
  }

private:
  ValueToValueMapTy &values;
  FlatTypes &types;
};

// A module on its way to the host.
struct Flattener {
  Module &module;
  FlatTypes types;
  ValueToValueMapTy values;
  FlatCasts casts{values, types};
  SmallVector<GlobalValue *, 32> dead;

  explicit Flattener(Module &m) : module(m) {}

  void variables() {
    for (GlobalVariable &old : make_early_inc_range(module.globals())) {
      Type *type = types.remapType(old.getValueType());
      if (old.getAddressSpace() == 0 && type == old.getValueType())
        continue;
      auto *flat = new GlobalVariable(module, type, old.isConstant(), old.getLinkage(), nullptr, "", &old,
                                      GlobalValue::NotThreadLocal, 0);
      flat->copyAttributesFrom(&old);
      flat->setExternallyInitialized(false);
      flat->takeName(&old);
      values[&old] = flat;
      dead.push_back(&old);
    }
  }

  void functions() {
    SmallVector<Function *, 32> all;
    for (Function &f : module)
      all.push_back(&f);
    for (Function *old : all) {
      auto *type = cast<FunctionType>(types.remapType(old->getFunctionType()));
      if (type == old->getFunctionType())
        continue;
      Function *flat = Function::Create(type, old->getLinkage(), 0, "", nullptr);
      module.getFunctionList().insert(old->getIterator(), flat);
      flat->copyAttributesFrom(old);
      flat->copyMetadata(old, 0);
      flat->takeName(old);
      flat->splice(flat->begin(), old);
      for (auto [a, b] : zip(old->args(), flat->args())) {
        b.takeName(&a);
        values[&a] = &b;
      }
      values[old] = flat;
      dead.push_back(old);
    }
  }

  void bodies() {
    for (GlobalVariable &g : module.globals())
      if (GlobalValue *old = oldOf(g); old && cast<GlobalVariable>(old)->hasInitializer())
        g.setInitializer(MapValue(cast<GlobalVariable>(old)->getInitializer(), values, flags, &types, &casts));
      else if (g.hasInitializer() && !is_contained(dead, &g))
        g.setInitializer(MapValue(g.getInitializer(), values, flags, &types, &casts));
    for (Function &f : module)
      for (Instruction &i : instructions(f)) {
        i.dropDbgRecords();
        RemapInstruction(&i, values, flags, &types, &casts);
      }
    for (Function &f : module)
      for (Instruction &i : make_early_inc_range(instructions(f)))
        if (isa<AddrSpaceCastInst>(i)) {
          i.replaceAllUsesWith(i.getOperand(0));
          i.eraseFromParent();
        }
  }

  void finish() {
    for (GlobalValue *g : dead)
      if (auto *v = dyn_cast<GlobalVariable>(g))
        v->setInitializer(nullptr);
    for (GlobalValue *g : dead) {
      g->removeDeadConstantUsers();
      g->replaceAllUsesWith(PoisonValue::get(g->getType())); // metadata only
      g->eraseFromParent();
    }
    for (Function &f : make_early_inc_range(module))
      if (f.isIntrinsic() && !f.getName().starts_with("llvm.nvvm."))
        if (auto renamed = Intrinsic::remangleIntrinsicFunction(&f)) {
          f.replaceAllUsesWith(*renamed);
          f.eraseFromParent();
        }
  }

private:
  GlobalValue *oldOf(GlobalVariable &flat) {
    for (GlobalValue *g : dead)
      if (auto found = values.find(g); found != values.end() && found->second == &flat)
        return g;
    return nullptr;
  }
};

class EmulateError : public DiagnosticInfo {
public:
  explicit EmulateError(const Twine &t) : DiagnosticInfo(getNextAvailablePluginDiagnosticKind(), DS_Error), text(t) {}
  void print(DiagnosticPrinter &printer) const override { printer << text; }

private:
  const Twine &text;
};

} // namespace

// Integers as shared pointers: the run time knows what 32 bits of shared address point at.
static void resolveAddresses(Module &module) {
  SmallVector<IntToPtrInst *, 8> casts;
  for (Function &f : module)
    for (Instruction &i : instructions(f))
      if (auto *cast = dyn_cast<IntToPtrInst>(&i);
          cast && cast->getAddressSpace() == 3 && cast->getType()->isPointerTy())
        casts.push_back(cast);
  for (IntToPtrInst *cast : casts) {
    Type *word = Type::getInt64Ty(module.getContext());
    FunctionCallee resolve = module.getOrInsertFunction("tweed_emu_address", cast->getType(), word);
    auto *wide = CastInst::CreateZExtOrBitCast(cast->getOperand(0), word, "", cast->getIterator());
    auto *call = CallInst::Create(resolve, {wide}, "", cast->getIterator());
    call->setDebugLoc(cast->getDebugLoc());
    cast->replaceAllUsesWith(call);
    cast->eraseFromParent();
  }
}

void tw_expand_shared(LLVMModuleRef m) {
  Module &module = *unwrap(m);
  for (const char *name : {"llvm.used", "llvm.compiler.used"})
    if (GlobalVariable *used = module.getNamedGlobal(name))
      used->eraseFromParent();
  SmallVector<Constant *, 16> shared;
  for (GlobalVariable &g : module.globals())
    if (g.getAddressSpace() == 3)
      shared.push_back(&g);
  for (Constant *c : shared)
    c->removeDeadConstantUsers();
  convertUsersOfConstantsToInstructions(shared);
  resolveAddresses(module);
}

// clang marks optimized device code for line directives only, which give a host binary no lines.
static void keepLines(Module &module) {
  NamedMDNode *units = module.getNamedMetadata("llvm.dbg.cu");
  if (!units)
    return;
  DenseMap<DICompileUnit *, DICompileUnit *> fresh;
  for (unsigned i = 0; i < units->getNumOperands(); i++) {
    auto *u = cast<DICompileUnit>(units->getOperand(i));
    auto *full = DICompileUnit::getDistinct(
        u->getContext(), u->getSourceLanguage(), u->getFile(), u->getProducer(), u->isOptimized(), u->getFlags(), 0, "",
        DICompileUnit::LineTablesOnly, nullptr, nullptr, nullptr, nullptr, nullptr, 0, true, false,
        DICompileUnit::DebugNameTableKind::None, false, u->getSysRoot(), u->getSDK());
    fresh[u] = full;
    units->setOperand(i, full);
  }
  DebugInfoFinder finder;
  finder.processModule(module);
  for (DISubprogram *s : finder.subprograms())
    if (s->getUnit())
      s->replaceUnit(fresh.lookup(s->getUnit()));
}

static void toHost(Function &f) {
  f.setCallingConv(CallingConv::C);
  for (const char *attribute : {"target-cpu", "target-features", "tune-cpu", "denormal-fp-math", "denormal-fp-math-f32",
                                "nvvm.maxntid", "nvvm.reqntid", "nvvm.maxnreg", "nvvm.minctasm", "nvvm.maxclusterrank"})
    f.removeFnAttr(attribute);
  for (Instruction &i : instructions(f))
    if (auto *call = dyn_cast<CallBase>(&i))
      call->setCallingConv(CallingConv::C);
}

static void setHost(Module &module) {
  InitializeNativeTarget();
  std::string triple = sys::getDefaultTargetTriple(), error;
  module.setTargetTriple(triple);
  const Target *target = TargetRegistry::lookupTarget(triple, error);
  std::unique_ptr<TargetMachine> machine;
  if (target)
    machine.reset(target->createTargetMachine(triple, "", "", TargetOptions(), std::nullopt));
  module.setDataLayout(machine ? machine->createDataLayout().getStringRepresentation() : "");
}

void tw_flatten(LLVMModuleRef m) {
  Module &module = *unwrap(m);
  Flattener flattener(module);
  flattener.variables();
  flattener.functions();
  flattener.bodies();
  flattener.finish();
  for (Function &f : module)
    toHost(f);
  keepLines(module);
  for (const char *name : {"nvvm.annotations", "nvvmir.version"})
    if (NamedMDNode *node = module.getNamedMetadata(name))
      node->eraseFromParent();
  setHost(module);
}

int64_t tw_annotation(LLVMValueRef function, const char *key, int64_t fallback) {
  auto *f = cast<Function>(unwrap(function));
  NamedMDNode *all = f->getParent()->getNamedMetadata("nvvm.annotations");
  if (!all)
    return fallback;
  for (MDNode *node : all->operands()) {
    auto *of = node->getNumOperands() ? dyn_cast_or_null<ValueAsMetadata>(node->getOperand(0)) : nullptr;
    if (!of || of->getValue() != f)
      continue;
    for (unsigned i = 1; i + 1 < node->getNumOperands(); i += 2) {
      auto *name = dyn_cast_or_null<MDString>(node->getOperand(i));
      auto *value = mdconst::dyn_extract_or_null<ConstantInt>(node->getOperand(i + 1));
      if (name && value && name->getString() == key)
        return value->getSExtValue();
    }
  }
  return fallback;
}

char *tw_verify(LLVMModuleRef module) {
  std::string text;
  raw_string_ostream stream(text);
  return verifyModule(*unwrap(module), &stream) ? LLVMCreateMessage(stream.str().c_str()) : nullptr;
}

uint64_t tw_bytes(LLVMModuleRef module, LLVMTypeRef type) {
  return unwrap(module)->getDataLayout().getTypeStoreSize(unwrap(type)).getFixedValue();
}

uint64_t tw_alloc_size(LLVMModuleRef module, LLVMTypeRef type) {
  return unwrap(module)->getDataLayout().getTypeAllocSize(unwrap(type)).getFixedValue();
}

uint64_t tw_abi_align(LLVMModuleRef module, LLVMTypeRef type) {
  return unwrap(module)->getDataLayout().getABITypeAlign(unwrap(type)).value();
}

char *tw_where(LLVMValueRef instruction, char *buffer, size_t size) {
  std::string where;
  if (auto *i = instruction ? dyn_cast<Instruction>(unwrap(instruction)) : nullptr) {
    if (const DebugLoc &l = i->getDebugLoc())
      where = (l->getFilename().starts_with("/") ? "" : l->getDirectory().str() + "/") + l->getFilename().str() + ":" +
              std::to_string(l.getLine()) + ":" + std::to_string(l.getCol()) + ": ";
    else
      where = "in function " + i->getFunction()->getName().str() + ": ";
  }
  return copy_text(where, buffer, size);
}

void tw_emulate_error(LLVMModuleRef module, const char *message, const char *more) {
  unwrap(module)->getContext().diagnose(EmulateError(Twine("tweed: ") + message + more));
}

LLVMValueRef tw_callee(LLVMValueRef call) {
  auto *c = dyn_cast<CallBase>(unwrap(call));
  return c ? wrap(c->getCalledFunction()) : nullptr;
}
