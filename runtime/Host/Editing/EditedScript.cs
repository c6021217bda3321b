namespace PlantRuntime.Host.Editing;

/// <summary>A script that somebody may edit, and its project: editors know no C# file without one.</summary>
/// <param name="Folder">Where it lies.</param>
/// <param name="Path">Absolute.</param>
internal sealed record EditedScript(EditedFolder Folder, string Path)
{
    /// <summary>Place of its project in the generated folder: <c>recipes/press/press.csproj</c>.</summary>
    public string Project
    {
        get
        {
            var place = System.IO.Path.ChangeExtension(System.IO.Path.GetRelativePath(Folder.Path, Path), null).Replace('\\', '/');
            return $"{Folder.Name}/{place}/{System.IO.Path.GetFileName(place)}.csproj";
        }
    }

    /// <summary>Place of the file that says what the scripts it loads declare.</summary>
    public string Loaded => Project[..(Project.LastIndexOf('/') + 1)] + "loaded.cs";
}
