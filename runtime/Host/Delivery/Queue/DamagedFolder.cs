namespace PlantRuntime.Host.Delivery.Queue;

/// <summary>Where damaged things are kept: <c>data/damaged</c>. Nothing is ever deleted there.</summary>
/// <param name="data">The site's data folder.</param>
internal sealed class DamagedFolder(string data)
{
    public string Path { get; } = System.IO.Path.Combine(data, "damaged");

    /// <summary>A path there that is not taken; the folder is made when it is not there.</summary>
    public string Free(string name)
    {
        Directory.CreateDirectory(Path);
        var path = System.IO.Path.Combine(Path, name);
        for (var i = 2; File.Exists(path); i++) path = System.IO.Path.Combine(Path, $"{i}-{name}");
        return path;
    }
}
