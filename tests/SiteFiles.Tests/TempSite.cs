using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.SiteFiles.Tests;

/// <summary>A site folder that is gone after the test.</summary>
internal sealed class TempSite : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("plant-site-").FullName;

    public TempSite With(string file, string content)
    {
        File.WriteAllText(Path.Combine(Folder, file), content);
        return this;
    }

    public (SiteModel? Model, IReadOnlyList<Problem> Problems) Load(params (string Name, string Value)[] environment) =>
        SiteFile.Load(Folder, name => environment.FirstOrDefault(e => e.Name == name).Value);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
