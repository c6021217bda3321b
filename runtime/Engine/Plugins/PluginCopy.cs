using System.Reflection.PortableExecutable;
using System.Security.Cryptography;

namespace PlantRuntime.Engine.Plugins;

/// <summary>
/// Copies plugin folders, so that a folder can be replaced at any time without touching the files in use. Native libraries are stored once
/// per content and linked from each copy: the runtime never unmaps a native library, and the next version of a plugin with the same library
/// uses the mapping that exists. Owned by one PluginCatalog; one call at a time, with blocking I/O; only Delete may run beside it.
/// </summary>
/// <param name="root">Folder of all copies.</param>
internal sealed class PluginCopy(string root)
{
    private int _number;

    /// <summary>Copies a folder and returns the path of the copy.</summary>
    public string Create(string folder)
    {
        var copy = Path.Combine(root, $"{Path.GetFileName(folder)}-{++_number}");
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);

            // Windows needs a privilege to create links; there each copy has its own libraries.
            if (OperatingSystem.IsWindows() || !IsNative(file)) File.Copy(file, target, overwrite: true);
            else File.CreateSymbolicLink(target, Shared(file));
        }

        return copy;
    }

    /// <summary>Removes a copy; native libraries stay for the next version.</summary>
    public static void Delete(string copy)
    {
        try
        {
            if (Directory.Exists(copy)) Directory.Delete(copy, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The copy stays in the temporary folder, which the system clears.
        }
    }

    private string Shared(string file)
    {
        string hash;
        using (var stream = File.OpenRead(file)) hash = Convert.ToHexString(SHA256.HashData(stream).AsSpan(0, 16));
        var shared = Path.Combine(root, "native", hash, Path.GetFileName(file));
        if (File.Exists(shared)) return shared;
        Directory.CreateDirectory(Path.GetDirectoryName(shared)!);
        File.Copy(file, shared);
        return shared;
    }

    private static bool IsNative(string file)
    {
        var name = Path.GetFileName(file);
        if (name.EndsWith(".so", StringComparison.Ordinal) || name.Contains(".so.", StringComparison.Ordinal)
            || name.EndsWith(".dylib", StringComparison.Ordinal))
            return true;
        if (!name.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)) return false;
        try
        {
            using var stream = File.OpenRead(file);
            using var reader = new PEReader(stream);
            return !reader.HasMetadata;
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }
}
