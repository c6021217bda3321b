using System.Reflection;
using System.Runtime.Loader;

namespace PlantRuntime.Architecture.Tests;

/// <summary>What plugins are compiled against is a reviewed file: a change of it shows in the diff.</summary>
public class PublicSurfaceTests
{
    [Fact]
    public void The_contracts_are_those_of_the_reviewed_file()
    {
        var file = Path.Combine(Built.Root, "runtime", "Contracts", "PublicApi.txt");
        var surface = string.Join('\n', Surface(Path.Combine(Built.Folder, "PlantRuntime.Contracts.dll"))) + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_PUBLIC_API") == "1") File.WriteAllText(file, surface);
        Assert.True(surface == File.ReadAllText(file),
            $"the public surface of the contracts changed; if that is meant, run once with UPDATE_PUBLIC_API=1 and raise the version");
    }

    private static IEnumerable<string> Surface(string assembly)
    {
        var context = new AssemblyLoadContext("surface", isCollectible: true);
        foreach (var type in context.LoadFromAssemblyPath(assembly).GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            yield return $"{type.FullName} : {type.BaseType}";
            const BindingFlags Declared =
                BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
            foreach (var member in type.GetMembers(Declared).Where(IsVisible).Select(m => $"  {m.MemberType} {m}")
                .Order(StringComparer.Ordinal)) yield return member;
        }

        context.Unload();
    }

    private static bool IsVisible(MemberInfo member) => member switch
    {
        MethodBase method => method.IsPublic || method.IsFamily,
        FieldInfo field => field.IsPublic || field.IsFamily,
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(a => a.IsPublic || a.IsFamily),
        _ => false,
    };
}
