namespace PlantRuntime.Host.Delivery.Queue;

/// <summary>Where damaged things are kept: <c>data/damaged</c>. Nothing is ever deleted there.</summary>
/// <param name="data">The site's data folder.</param>
internal sealed class DamagedFolder(string data)
{
    private readonly string _folder = Path.Combine(data, "damaged");

    public override string ToString() => _folder;

    /// <summary>A path there that is not taken; the folder is made when it is not there.</summary>
    public string Free(string name)
    {
        Directory.CreateDirectory(_folder);
        var path = Path.Combine(_folder, name);
        for (var i = 2; File.Exists(path); i++) path = Path.Combine(_folder, $"{i}-{name}");
        return path;
    }
}
