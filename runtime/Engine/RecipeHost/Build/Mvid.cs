using System.Collections.Concurrent;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace PlantRuntime.Engine.RecipeHost.Build;

/// <summary>
/// Reads the module version id of an assembly, which differs when it is built from other source. Any thread; keeps each result by path and
/// modification time for the life of the process.
/// </summary>
internal static class Mvid
{
    private static readonly ConcurrentDictionary<(string Path, DateTime Written), string> s_known = new();

    /// <summary>Returns the module version id; empty when there is no such assembly.</summary>
    public static string Read(string path) =>
        File.Exists(path) ? s_known.GetOrAdd((path, File.GetLastWriteTimeUtc(path)), static key => ReadImage(key.Path)) : "";

    private static string ReadImage(string path)
    {
        using var image = new PEReader(File.OpenRead(path));
        try
        {
            var metadata = image.GetMetadataReader();
            return metadata.GetGuid(metadata.GetModuleDefinition().Mvid).ToString();
        }
        catch (BadImageFormatException)
        {
            return "";
        }
    }
}
