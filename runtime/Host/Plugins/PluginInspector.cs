using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Plugins;

/// <summary>Looks into assemblies without loading them.</summary>
internal static class PluginInspector
{
    public const string Contracts = "PlantRuntime.Contracts";

    private static readonly Version s_ours = typeof(IPlugin).Assembly.GetName().Version!;

    /// <summary>The assembly of a folder that was compiled against the contracts.</summary>
    /// <exception cref="PluginException">There is none, several, or one of another contract version.</exception>
    public static string FindMain(string folder)
    {
        var dlls = Directory.GetFiles(folder, "*.dll").Order(StringComparer.Ordinal).ToList();
        if (dlls.Count == 0) throw new PluginException("no DLL in the folder");
        var found = dlls.Select(path => (Path: path, Version: ContractsVersion(path))).Where(d => d.Version is not null).ToList();
        if (found.Count == 0) throw new PluginException($"no DLL in the folder was built against {Contracts}");
        if (found.Count > 1)
            throw new PluginException($"more than one plugin in the folder: {string.Join(", ", found.Select(d => Path.GetFileName(d.Path)))}");
        var (main, version) = found[0];
        if (version!.Major != s_ours.Major || version.Minor > s_ours.Minor)
            throw new PluginException($"{Path.GetFileName(main)} was built against {Contracts} {version.ToString(2)}, this host has {s_ours.ToString(2)}: build it again");
        return main;
    }

    /// <summary>The version of the contracts that an assembly refers to; null when it does not, or is no .NET assembly.</summary>
    private static Version? ContractsVersion(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            using var file = new PEReader(stream);
            if (!file.HasMetadata) return null;
            var metadata = file.GetMetadataReader();
            foreach (var handle in metadata.AssemblyReferences)
            {
                var reference = metadata.GetAssemblyReference(handle);
                if (metadata.StringComparer.Equals(reference.Name, Contracts)) return reference.Version;
            }

            return null;
        }
        catch (BadImageFormatException exception)
        {
            throw new PluginException($"{Path.GetFileName(path)} is damaged or not completely copied: {exception.Message}", exception);
        }
    }
}
