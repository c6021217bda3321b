using PlantRuntime.Host.Delivery.Queue;
using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Recipes.Keeping;

/// <summary>
/// Where recipes' state is kept: <c>data/state/recipes/press.csx.state</c> for <c>recipes/press.csx</c>. A file is replaced as a whole: after
/// a lost power there is the old one or the new one.
/// </summary>
/// <param name="data">The site's data folder.</param>
internal sealed class StateFolder(string data)
{
    private const string Ending = ".state";
    private const int Largest = 64 << 20;
    private readonly string _folder = Path.Combine(data, "state");
    private readonly DamagedFolder _damaged = new(data);

    /// <returns>Null when nothing is kept of this recipe.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public byte[]? Read(string recipe)
    {
        var path = PathOf(recipe);
        if (!File.Exists(path)) return null;
        return BoundedFile.Read(path, Largest, out var problem) ?? throw new IOException($"{path} {problem}");
    }

    /// <exception cref="IOException">It cannot be written; what was kept before is still there.</exception>
    public void Write(string recipe, ReadOnlySpan<byte> bytes)
    {
        var path = PathOf(recipe);
        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder)) Make(folder);
        var fresh = path + ".new";
        try
        {
            using (var file = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            File.Move(fresh, path, overwrite: true);
            FolderSync.Flush(folder);
        }
        catch
        {
            // On a full disk even a part takes room.
            Discard(fresh);
            throw;
        }
    }

    public void Delete(string recipe) => Discard(PathOf(recipe));

    /// <summary>Deletes what is kept of all other recipes.</summary>
    public IReadOnlyList<string> DeleteAllBut(IReadOnlyCollection<string> recipes)
    {
        if (!Directory.Exists(_folder)) return [];
        var gone = Directory.EnumerateFiles(_folder, "*" + Ending, SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(_folder, f).Replace('\\', '/')[..^Ending.Length]).Where(r => !recipes.Contains(r)).ToList();
        gone.ForEach(Delete);
        return gone;
    }

    /// <summary>Puts a damaged file aside.</summary>
    /// <returns>Where it is now.</returns>
    /// <exception cref="IOException">It cannot be moved.</exception>
    public string MoveAside(string recipe)
    {
        var path = PathOf(recipe);
        var target = _damaged.Free(Path.GetFileName(path));
        File.Move(path, target);
        return target;
    }

    private static void Discard(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is in nobody's way.
        }
    }

    /// <summary>A new folder is on the disk when its name is, in each folder above.</summary>
    private void Make(string folder)
    {
        Directory.CreateDirectory(folder);
        for (var above = folder; above.Length > data.Length;)
        {
            above = Path.GetDirectoryName(above)!;
            FolderSync.Flush(above);
        }
    }

    private string PathOf(string recipe) => Path.Combine(_folder, recipe + Ending);
}
