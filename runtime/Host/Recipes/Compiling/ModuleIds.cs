using System.Collections.Concurrent;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace PlantRuntime.Host.Recipes.Compiling;

/// <summary>The identity of a built assembly: another build of other source has another one.</summary>
internal static class ModuleIds
{
    private static readonly ConcurrentDictionary<(string Path, DateTime Written), string> s_known = new();

    /// <summary>The module version id; empty when there is no such assembly.</summary>
    public static string Of(string path) =>
        File.Exists(path) ? s_known.GetOrAdd((path, File.GetLastWriteTimeUtc(path)), static key => Read(key.Path)) : "";

    private static string Read(string path)
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
