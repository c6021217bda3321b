using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using PlantRuntime.Contracts;

namespace PlantRuntime.Engine.Plugins;

/// <summary>Reports a folder that is not a usable plugin; the message gives the reason.</summary>
internal sealed class PluginException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Name and kinds of a plugin.</summary>
/// <param name="Name">Name of the driver and sink.</param>
/// <param name="IsDriver">True if it has a driver.</param>
/// <param name="IsSink">True if it has a sink.</param>
internal sealed record DeclaredPlugin(string Name, bool IsDriver, bool IsSink);

/// <summary>
/// Reads the metadata of the assemblies in a folder without loading them or running their code. Stateless; any thread; blocking file I/O.
/// </summary>
internal static class PluginInspector
{
    public const string Contracts = "PlantRuntime.Contracts";

    private static readonly Version s_ours = typeof(IPlugin).Assembly.GetName().Version!;

    /// <summary>
    /// Finds the assembly of a folder that was compiled against the contracts. One that another one refers to is a library of the plugin.
    /// </summary>
    /// <exception cref="PluginException">There is none, several, or one of another contract version.</exception>
    public static string FindMain(string folder)
    {
        var dlls = Directory.GetFiles(folder, "*.dll").Order(StringComparer.Ordinal).ToList();
        if (dlls.Count == 0) throw new PluginException("no DLL in the folder");
        var found = dlls.Select(path => (Path: path, References: References(path)))
            .Where(d => d.References.ContainsKey(Contracts)).ToList();
        found.RemoveAll(d => found.Exists(other => other.References.ContainsKey(Path.GetFileNameWithoutExtension(d.Path))));
        if (found.Count == 0) throw new PluginException($"no DLL in the folder was built against {Contracts}");
        if (found.Count > 1)
            throw new PluginException(
                $"more than one plugin in the folder: {string.Join(", ", found.Select(d => Path.GetFileName(d.Path)))}");
        var main = found[0].Path;
        var version = found[0].References[Contracts];
        if (version.Major != s_ours.Major || version.Minor > s_ours.Minor)
            throw new PluginException(
                $"{Path.GetFileName(main)} was built against {Contracts} {version.ToString(2)}, this host has {s_ours.ToString(2)}: build it again");
        return main;
    }

    /// <summary>
    /// Returns what an assembly declares: one public class that derives from DriverPlugin or SinkPlugin and whose name is a constant. Null
    /// if it is written in another way; then only loading it shows what it is.
    /// </summary>
    /// <param name="main">The assembly, as <see cref="FindMain"/> returns it.</param>
    public static DeclaredPlugin? Declared(string main)
    {
        using var stream = File.OpenRead(main);
        using var file = new PEReader(stream);
        var metadata = file.GetMetadataReader();
        DeclaredPlugin? declared = null;
        foreach (var handle in metadata.TypeDefinitions)
        {
            var type = metadata.GetTypeDefinition(handle);
            const TypeAttributes Kind = TypeAttributes.VisibilityMask | TypeAttributes.Abstract | TypeAttributes.Interface;
            if ((type.Attributes & Kind) != TypeAttributes.Public || BaseName(metadata, type) is not { } baseName) continue;
            if (declared is not null || ConstantName(file, metadata, type) is not { } name) return null;
            var interfaces = type.GetInterfaceImplementations().Select(i => metadata.GetInterfaceImplementation(i).Interface)
                .Select(i => ContractName(metadata, i)).ToList();
            declared = new DeclaredPlugin(
                name,
                IsDriver: baseName == "DriverPlugin`1" || interfaces.Contains(nameof(IDriverPlugin)),
                IsSink: baseName == "SinkPlugin`1" || interfaces.Contains(nameof(ISinkPlugin)));
        }

        return declared;
    }

    /// <summary>
    /// Returns the full names of the types that the assemblies of a folder define; files that are not .NET assemblies are ignored.
    /// </summary>
    public static IReadOnlySet<string> TypeNames(string folder)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in Directory.GetFiles(folder, "*.dll"))
        {
            try
            {
                Read(path, metadata => names.UnionWith(metadata.TypeDefinitions.Select(handle => NameOf(metadata, handle))));
            }
            catch (Exception exception) when (exception is BadImageFormatException or IOException or UnauthorizedAccessException)
            {
                // The file is skipped: it is damaged or cannot be read.
            }
        }

        return names;
    }

    /// <summary>Returns the assemblies that an assembly refers to, with their versions; none if it is not a .NET assembly.</summary>
    private static Dictionary<string, Version> References(string path)
    {
        var references = new Dictionary<string, Version>(StringComparer.OrdinalIgnoreCase);
        try
        {
            Read(path, metadata =>
            {
                foreach (var handle in metadata.AssemblyReferences)
                {
                    var reference = metadata.GetAssemblyReference(handle);
                    references[metadata.GetString(reference.Name)] = reference.Version;
                }
            });
            return references;
        }
        catch (BadImageFormatException exception)
        {
            throw new PluginException($"{Path.GetFileName(path)} is damaged or not completely copied: {exception.Message}", exception);
        }
    }

    // Returns the name of the base class in the contracts that a plugin derives from; null for any other class.
    private static string? BaseName(MetadataReader metadata, TypeDefinition type)
    {
        if (type.BaseType.IsNil || type.BaseType.Kind != HandleKind.TypeSpecification) return null;
        var signature = metadata.GetBlobReader(metadata.GetTypeSpecification((TypeSpecificationHandle)type.BaseType).Signature);

        // ECMA-335, clause II.23.2.14: GENERICINST CLASS type.
        if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance) return null;
        if (signature.ReadCompressedInteger() != (int)SignatureTypeKind.Class) return null;
        var name = ContractName(metadata, signature.ReadTypeHandle());
        return name is "DriverPlugin`1" or "SinkPlugin`1" ? name : null;
    }

    private static string? ContractName(MetadataReader metadata, EntityHandle handle)
    {
        if (handle.IsNil || handle.Kind != HandleKind.TypeReference) return null;
        var type = metadata.GetTypeReference((TypeReferenceHandle)handle);
        var isContract = metadata.StringComparer.Equals(type.Namespace, typeof(IPlugin).Namespace!);
        return isContract ? metadata.GetString(type.Name) : null;
    }

    // Returns the text of a property Name that is written as Name => "text"; null for any other property.
    private static string? ConstantName(PEReader file, MetadataReader metadata, TypeDefinition type)
    {
        foreach (var handle in type.GetMethods())
        {
            var method = metadata.GetMethodDefinition(handle);
            if (!metadata.StringComparer.Equals(method.Name, $"get_{nameof(IPlugin.Name)}") || method.RelativeVirtualAddress == 0) continue;
            var code = file.GetMethodBody(method.RelativeVirtualAddress).GetILReader();
            if (code.Length != 6 || code.ReadByte() != (byte)ILOpCode.Ldstr) return null;
            var text = MetadataTokens.Handle(code.ReadInt32());
            if (text.Kind != HandleKind.UserString || code.ReadByte() != (byte)ILOpCode.Ret) return null;
            return metadata.GetUserString((UserStringHandle)text);
        }

        return null;
    }

    private static void Read(string path, Action<MetadataReader> read)
    {
        using var stream = File.OpenRead(path);
        using var file = new PEReader(stream);
        if (file.HasMetadata) read(file.GetMetadataReader());
    }

    private static string NameOf(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        var type = metadata.GetTypeDefinition(handle);
        var name = metadata.GetString(type.Name);
        if (type.GetDeclaringType() is { IsNil: false } outer) return $"{NameOf(metadata, outer)}+{name}";
        return type.Namespace.IsNil ? name : $"{metadata.GetString(type.Namespace)}.{name}";
    }
}
