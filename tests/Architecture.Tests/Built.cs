using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace PlantRuntime.Architecture.Tests;

/// <summary>The built product, looked at without loading it.</summary>
internal static class Built
{
    public static string Folder { get; } = typeof(Built).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "PlantFolder").Value!;

    public static string Root { get; } = FindRoot();

    /// <summary>Main assembly of each plugin, by folder name.</summary>
    public static IReadOnlyDictionary<string, string> Plugins { get; } =
        Directory.GetDirectories(Path.Combine(Folder, "plugins"))
            .ToDictionary(d => Path.GetFileName(d)!, d => Path.Combine(d, $"PlantRuntime.{Path.GetFileName(d)}.dll"));

    public static IReadOnlySet<string> References(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        return metadata.AssemblyReferences.Select(r => metadata.GetString(metadata.GetAssemblyReference(r).Name)).ToHashSet();
    }

    /// <summary>Public classes and structs; enums, which options are made of, do nothing and are left out.</summary>
    public static IReadOnlyList<string> PublicTypes(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        return [.. metadata.TypeDefinitions.Select(metadata.GetTypeDefinition)
            .Where(t => (t.Attributes & TypeAttributes.VisibilityMask) == TypeAttributes.Public && !IsEnum(metadata, t))
            .Select(t => metadata.GetString(t.Name))];
    }

    private static bool IsEnum(MetadataReader metadata, TypeDefinition type) =>
        type.BaseType.Kind == HandleKind.TypeReference
            && metadata.StringComparer.Equals(metadata.GetTypeReference((TypeReferenceHandle)type.BaseType).Name, "Enum");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "PlantRuntime.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
