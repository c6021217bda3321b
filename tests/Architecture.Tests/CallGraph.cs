using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text;

namespace PlantRuntime.Architecture.Tests;

/// <summary>
/// Which method calls which in some assemblies, read from their IL. Methods are named <c>Namespace.Type::Method</c>; overloads count as
/// one. A method that creates an object also reaches the object's virtual methods, and an async method or iterator reaches its state
/// machine.
/// </summary>
internal sealed class CallGraph
{
    private static readonly OpCode[] s_opCodes = [.. typeof(OpCodes).GetFields().Select(f => f.GetValue(null)).OfType<OpCode>()];
    private static readonly Dictionary<int, OpCode> s_byValue = s_opCodes.ToDictionary(o => o.Value & 0xFFFF);
    private readonly Dictionary<string, HashSet<string>> _calls = [];

    public CallGraph(IEnumerable<string> assemblies)
    {
        foreach (var path in assemblies) Add(path);
    }

    /// <summary>The classes of all assemblies by full name.</summary>
    public Dictionary<string, ClassInfo> Classes { get; } = [];

    /// <summary>
    /// Everything that some methods reach, themselves included. Stops at methods for which <paramref name="isEnd"/> holds.
    /// </summary>
    public HashSet<string> Reach(IEnumerable<string> methods, Func<string, bool> isEnd)
    {
        var (found, open) = (new HashSet<string>(), new Stack<string>(methods));
        while (open.TryPop(out var method))
        {
            if (!found.Add(method) || isEnd(method)) continue;
            foreach (var called in _calls.GetValueOrDefault(method) ?? []) open.Push(called);
        }

        return found;
    }

    private void Add(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var metadata = file.GetMetadataReader();
        var names = new TypeNames();
        foreach (var type in metadata.TypeDefinitions.Select(metadata.GetTypeDefinition))
        {
            var info = new ClassInfo(names.GetName(metadata, type), (type.Attributes & TypeAttributes.Abstract) != 0,
                type.BaseType.IsNil ? null : names.GetName(metadata, type.BaseType),
                [.. type.GetInterfaceImplementations()
                    .Select(i => names.GetName(metadata, metadata.GetInterfaceImplementation(i).Interface))],
                HasNeed(metadata, type.GetCustomAttributes(), "Server"), HasNeed(metadata, type.GetCustomAttributes(), "Process"));
            Classes[info.Name] = info;
            foreach (var handle in type.GetMethods()) Add(file, metadata, info, metadata.GetMethodDefinition(handle));
        }
    }

    private void Add(PEReader file, MetadataReader metadata, ClassInfo type, MethodDefinition method)
    {
        var name = metadata.GetString(method.Name);
        var attributes = method.GetCustomAttributes().Select(a => Attribute(metadata, a)).ToList();
        var parameters = method.DecodeSignature(new TypeNames(), null).ParameterTypes;
        type.Methods.Add(new MethodInfo(name, (method.Attributes & MethodAttributes.Virtual) != 0,
            attributes.Exists(a => a.EndsWith("FactAttribute", StringComparison.Ordinal)
                || a.EndsWith("TheoryAttribute", StringComparison.Ordinal)),
            HasNeed(metadata, method.GetCustomAttributes(), "Server"), parameters));
        var calls = Calls($"{type.Name}::{name}");

        // A state machine is a class named after its method: <Method>d__5, in the class of the method.
        if (type.Name.LastIndexOf("/<", StringComparison.Ordinal) is > 0 and var at
            && type.Name.LastIndexOf(">d", StringComparison.Ordinal) is var end && end > at)
            Calls($"{type.Name[..at]}::{type.Name[(at + 2)..end]}").Add($"{type.Name}::{name}");
        if (method.RelativeVirtualAddress == 0) return;
        var il = file.GetMethodBody(method.RelativeVirtualAddress).GetILReader();
        while (il.RemainingBytes > 0)
        {
            int value = il.ReadByte();
            if (value == 0xFE) value = 0xFE00 | il.ReadByte();
            var code = s_byValue[value];
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineTok
                && Target(metadata, MetadataTokens.EntityHandle(il.ReadInt32())) is { } called)
            {
                calls.Add($"{called.Type}::{called.Method}");
                if (code == OpCodes.Newobj) Calls($"{called.Type}::.ctor").Add($"{called.Type}::*");
            }
            else if (code.OperandType is not (OperandType.InlineMethod or OperandType.InlineTok)) Skip(ref il, code.OperandType);
        }

        if ((method.Attributes & MethodAttributes.Virtual) != 0) Calls($"{type.Name}::*").Add($"{type.Name}::{name}");
        if (type.Base is { } parent && name == ".ctor") Calls($"{type.Name}::*").Add($"{parent}::*");
    }

    private HashSet<string> Calls(string method)
    {
        if (!_calls.TryGetValue(method, out var calls)) _calls.Add(method, calls = []);
        return calls;
    }

    private static void Skip(ref BlobReader il, OperandType operand)
    {
        var bytes = operand switch
        {
            OperandType.InlineNone => 0,
            OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
            OperandType.InlineVar => 2,
            OperandType.InlineI8 or OperandType.InlineR => 8,
            OperandType.InlineSwitch => 4 * il.ReadInt32(),
            _ => 4,
        };
        il.Offset += bytes;
    }

    private static (string Type, string Method)? Target(MetadataReader metadata, EntityHandle token)
    {
        var names = new TypeNames();
        switch (token.Kind)
        {
            case HandleKind.MethodSpecification:
                return Target(metadata, metadata.GetMethodSpecification((MethodSpecificationHandle)token).Method);
            case HandleKind.MethodDefinition:
                var method = metadata.GetMethodDefinition((MethodDefinitionHandle)token);
                return (names.GetName(metadata, metadata.GetTypeDefinition(method.GetDeclaringType())), metadata.GetString(method.Name));
            case HandleKind.MemberReference:
                var member = metadata.GetMemberReference((MemberReferenceHandle)token);
                return (names.GetName(metadata, member.Parent).Split('`')[0], metadata.GetString(member.Name));
            default:
                return null;
        }
    }

    private static string Attribute(MetadataReader metadata, CustomAttributeHandle handle) =>
        Target(metadata, metadata.GetCustomAttribute(handle).Constructor)?.Type ?? "";

    /// <summary>[Trait("Needs", need)]: a blob of the prolog and two strings, each with its length before it.</summary>
    private static bool HasNeed(MetadataReader metadata, CustomAttributeHandleCollection attributes, string need)
    {
        byte[] blob = [1, 0, 5, .. "Needs"u8, (byte)need.Length, .. Encoding.UTF8.GetBytes(need)];
        return attributes.Any(a => Attribute(metadata, a) == "Xunit.TraitAttribute"
            && metadata.GetBlobBytes(metadata.GetCustomAttribute(a).Value).AsSpan().StartsWith(blob));
    }

    /// <param name="Name">Full name; a nested class is <c>Outer/Inner</c>.</param>
    /// <param name="HasTrait">True if it is marked with Needs=Server.</param>
    /// <param name="HasProcessTrait">True if it is marked with Needs=Process.</param>
    internal sealed record ClassInfo(
        string Name, bool IsAbstract, string? Base, IReadOnlyList<string> Interfaces, bool HasTrait, bool HasProcessTrait)
    {
        public List<MethodInfo> Methods { get; } = [];
    }

    internal sealed record MethodInfo(string Name, bool IsVirtual, bool IsTest, bool HasTrait, ImmutableArray<string> Parameters);

    /// <summary>Names of types in signatures. A generic type has its arguments behind it: <c>IClassFixture`1,Fixture</c>.</summary>
    private sealed class TypeNames : ISignatureTypeProvider<string, object?>
    {
        public string GetName(MetadataReader reader, EntityHandle handle) => handle.Kind switch
        {
            HandleKind.TypeDefinition => GetName(reader, reader.GetTypeDefinition((TypeDefinitionHandle)handle)),
            HandleKind.TypeReference => GetTypeFromReference(reader, (TypeReferenceHandle)handle, 0),
            HandleKind.TypeSpecification => reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null),
            _ => "",
        };

        public string GetName(MetadataReader reader, TypeDefinition type)
        {
            var name = reader.GetString(type.Name);
            if (type.GetDeclaringType() is { IsNil: false } outer) return $"{GetName(reader, reader.GetTypeDefinition(outer))}/{name}";
            return type.Namespace.IsNil ? name : $"{reader.GetString(type.Namespace)}.{name}";
        }

        public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
        {
            var type = reader.GetTypeReference(handle);
            var name = reader.GetString(type.Name);
            if (type.ResolutionScope.Kind == HandleKind.TypeReference) return $"{GetName(reader, type.ResolutionScope)}/{name}";
            return type.Namespace.IsNil ? name : $"{reader.GetString(type.Namespace)}.{name}";
        }

        public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
            GetName(reader, handle);

        public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle,
            byte rawTypeKind) => GetName(reader, handle);

        public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) =>
            string.Join(',', [genericType, .. typeArguments]);

        public string GetArrayType(string elementType, ArrayShape shape) => elementType;

        public string GetByReferenceType(string elementType) => elementType;

        public string GetFunctionPointerType(MethodSignature<string> signature) => "";

        public string GetGenericMethodParameter(object? genericContext, int index) => "";

        public string GetGenericTypeParameter(object? genericContext, int index) => "";

        public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

        public string GetPinnedType(string elementType) => elementType;

        public string GetPointerType(string elementType) => elementType;

        public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

        public string GetSZArrayType(string elementType) => elementType;
    }
}
