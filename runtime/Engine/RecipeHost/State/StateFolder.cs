using System.Collections.Concurrent;
using PlantRuntime.Storage;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Engine.RecipeHost.State;

/// <summary>
/// Reads and writes the recipes' state files: <c>data/state/recipes/press.csx.state</c> for <c>recipes/press.csx</c>. A file is replaced
/// atomically, so that the old or the new one exists after a power cut. Shared by the slots of one RecipeManager, each of which uses only
/// its own recipe's file; blocking I/O, no retries.
/// </summary>
/// <param name="data">The site's data folder.</param>
internal sealed class StateFolder(string data)
{
    private const string Ending = ".state";
    // 64 MiB: a larger file is damaged, and is not read into memory.
    private const int Largest = 64 << 20;
    private readonly string _folder = Path.Combine(data, "state");
    private readonly DamagedFolder _damaged = new(data);

    /// <summary>
    /// The last state of each recipe as a file would have it, for another host that takes over; null if there is none. Set before the first
    /// recipe starts.
    /// </summary>
    public ConcurrentDictionary<string, byte[]>? Latest { get; set; }

    /// <returns>Null when the recipe has no state file.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public byte[]? Read(string recipe)
    {
        var path = PathOf(recipe);
        if (!File.Exists(path)) return null;
        return BoundedFile.Read(path, Largest, out var problem) ?? throw new IOException($"{path} {problem}");
    }

    /// <exception cref="IOException">It cannot be written; the file before is still there.</exception>
    public void Write(string recipe, ReadOnlySpan<byte> bytes) => AtomicFile.Write(PathOf(recipe), bytes, data);

    public void Delete(string recipe)
    {
        Latest?.TryRemove(recipe, out _);
        AtomicFile.TryDelete(PathOf(recipe));
    }

    /// <summary>Deletes the state of all other recipes and returns their names.</summary>
    public IReadOnlyList<string> DeleteAllBut(IReadOnlyCollection<string> recipes)
    {
        if (!Directory.Exists(_folder)) return [];
        var gone = Directory.EnumerateFiles(_folder, "*" + Ending, SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(_folder, f).Replace('\\', '/')[..^Ending.Length]).Where(r => !recipes.Contains(r)).ToList();
        gone.ForEach(Delete);
        return gone;
    }

    /// <summary>Moves a damaged file to the folder of damaged files.</summary>
    /// <returns>The new path.</returns>
    /// <exception cref="IOException">It cannot be moved.</exception>
    public string MoveAside(string recipe)
    {
        var path = PathOf(recipe);
        var target = _damaged.Reserve(Path.GetFileName(path));
        File.Move(path, target);
        return target;
    }

    private string PathOf(string recipe) => Path.Combine(_folder, recipe + Ending);
}
