using System.Collections.Concurrent;

namespace PlantRuntime.Conformance.Host;

/// <summary>
/// Folders with some plugins of the built program. A host loads each plugin of its folder once to learn its name, which costs more
/// processor time than most tests of a host in their own process.
/// </summary>
public static class ProductPlugins
{
    private static readonly string[] s_often = ["simulator", "jsonl", "http", "modbus"];
    private static readonly ConcurrentDictionary<string, Lazy<string>> s_folders = new(StringComparer.Ordinal);

    /// <summary>
    /// A folder with the plugins of these names and with those that sites of tests add while they run: the simulator, jsonl, http and
    /// modbus. It belongs to the process and is only read.
    /// </summary>
    /// <param name="names">Names of drivers and sinks; those that are no folder of the program are ignored.</param>
    public static string With(IEnumerable<string> names)
    {
        var wanted = new SortedSet<string>(names.Concat(s_often), StringComparer.OrdinalIgnoreCase);
        var folders = Directory.GetDirectories(Path.Combine(PlantProcess.Folder, "plugins"))
            .Where(f => wanted.Contains(Path.GetFileName(f))).Order(StringComparer.Ordinal).ToList();
        return s_folders.GetOrAdd(string.Join('|', folders), _ => new Lazy<string>(() => Copy(folders))).Value;
    }

    private static string Copy(IReadOnlyList<string> folders)
    {
        var root = Directory.CreateTempSubdirectory("plant-test-plugins-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(root, recursive: true);
        foreach (var file in folders.SelectMany(f => Directory.EnumerateFiles(f, "*", SearchOption.AllDirectories)))
        {
            var target = Path.Combine(root, Path.GetRelativePath(Path.GetDirectoryName(folders[0])!, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return root;
    }
}
