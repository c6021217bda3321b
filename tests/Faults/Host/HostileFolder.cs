using System.Reflection;

namespace PlantRuntime.Faults.Host;

/// <summary>Copies the hostile plugin into a site. Each copy has a name of its own, so that a site can have one for each fault.</summary>
internal static class HostileFolder
{
    private static readonly string s_built = typeof(HostileFolder).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "HostileFolder").Value!;

    /// <summary>Copies it; <paramref name="name"/> is the value of <c>driver =</c> and <c>sink =</c>.</summary>
    public static void Copy(SiteFolder site, string name)
    {
        var target = Directory.CreateDirectory(site.At($"plugins/{name}")).FullName;
        foreach (var file in Directory.GetFiles(s_built)) File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(target, "name.txt"), name);
    }

    /// <summary>Changes the time of the plugin's assembly, which the host takes for a new version.</summary>
    public static void Touch(SiteFolder site, string name) =>
        File.SetLastWriteTimeUtc(site.At($"plugins/{name}/PlantRuntime.Tests.Hostile.dll"), DateTime.UnixEpoch.AddYears(50));
}
