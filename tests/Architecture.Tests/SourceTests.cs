using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace PlantRuntime.Architecture.Tests;

/// <summary>Each source file belongs to the project of its folder and has the namespace of its folder.</summary>
public partial class SourceTests
{
    /// <summary>Projects whose namespaces follow their folders; the others are added as they are restructured.</summary>
    public static TheoryData<string> Projects => ["runtime/Contracts", "runtime/Recipes", "runtime/Testing", "runtime/Compiler"];

    [Fact]
    public void No_project_compiles_the_sources_of_another_folder()
    {
        string[] folders = ["runtime", "plugins", "tests"];
        var projects = folders.SelectMany(f => Directory.EnumerateFiles(Path.Combine(Built.Root, f), "*.*", SearchOption.AllDirectories))
            .Where(f => Path.GetExtension(f) is ".csproj" or ".props" or ".targets")
            .Append(Path.Combine(Built.Root, "Directory.Build.props"))
            .Select(f => Path.GetRelativePath(Built.Root, f).Replace('\\', '/'))
            .Where(f => !f.Split('/').Any(part => part is "obj" or "bin" or "node_modules"));
        Assert.DoesNotContain(projects, CompilesOthers);
    }

    [Theory]
    [InlineData("""<Project><ItemGroup><Compile Include="../A/B.cs" /></ItemGroup></Project>""", true)]
    [InlineData("""<Project><ItemGroup><Compile Include="$(MSBuildThisFileDirectory)*.cs" /></ItemGroup></Project>""", true)]
    [InlineData("""<Project><ItemGroup><Compile Include="Sub\A.cs; ..\B.cs" /></ItemGroup></Project>""", true)]
    [InlineData("""<Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003"><ItemGroup><Compile Include="../A.cs" /></ItemGroup></Project>""", true)]
    [InlineData("""<Project><ItemGroup><Compile Include="Generated/A.cs" /><Compile Remove="../A.cs" /></ItemGroup></Project>""", false)]
    [InlineData("""<Project><ItemGroup><None Include="../A.cs" /></ItemGroup></Project>""", false)]
    public void The_rule_recognises_linked_sources(string project, bool expected) =>
        Assert.Equal(expected, CompilesOthers(XDocument.Parse(project)));

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_namespace_is_the_path_of_its_folder(string project)
    {
        var folder = Path.Combine(Built.Root, project);
        var files = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
            .Where(f => !f.StartsWith("obj/", StringComparison.Ordinal) && !f.StartsWith("bin/", StringComparison.Ordinal)
                && f != "Program.cs").ToList();
        Assert.NotEmpty(files);
        var root = $"PlantRuntime.{project.Split('/')[^1]}";
        Assert.All(files, file => Assert.Equal(
            Path.GetDirectoryName(file) is { Length: > 0 } sub ? $"{root}.{sub.Replace('\\', '/').Replace('/', '.')}" : root,
            Namespace().Match(File.ReadAllText(Path.Combine(folder, file))).Groups[1].Value));
    }

    [Fact]
    public void A_line_is_at_most_140_columns_wide_unless_a_long_text_makes_it_so() =>
        Assert.Empty(Sources("runtime", "plugins", "tests", "scripts")
            .SelectMany(f => WideLines(File.ReadAllLines(f.Path)).Select(n => $"{f.Name}:{n}")));

    [Theory]
    [InlineData(140, "var x = 1;", false)]
    [InlineData(141, "var x = 1;", true)]
    [InlineData(141, "var x = \"a text of only a few words, which fits into a line\";", true)]
    [InlineData(141, "var x = \"a text of more than sixty columns, which cannot be broken as easily as code\";", false)]
    public void The_rule_recognises_wide_lines(int width, string code, bool isWide) =>
        Assert.Equal(isWide, WideLines([code.PadLeft(width)]).Any());

    [Fact]
    public void A_type_name_is_declared_once() =>
        Assert.Empty(Sources("runtime", "plugins")
            .SelectMany(f => TopLevelType().Matches(File.ReadAllText(f.Path)).Select(m => (Type: m.Groups[2].Value,
                Place: m.Groups[1].Value.Contains("partial", StringComparison.Ordinal) ? Path.GetDirectoryName(f.Name)! : f.Name)))
            .Distinct().GroupBy(t => t.Type).Where(g => g.Count() > 1)
            .Select(g => $"{g.Key}: {string.Join(", ", g.Select(t => t.Place))}"));

    /// <summary>CsCheck's own methods take another seed at every run.</summary>
    [Fact]
    public void A_property_is_checked_with_the_seed_of_the_suite() =>
        Assert.Empty(Sources("tests")
            .Where(f => f.Name is not ("tests/Conformance/Property.cs" or "tests/Architecture.Tests/SourceTests.cs")
                && File.ReadAllText(f.Path) is var source
            && source.Contains("using CsCheck;", StringComparison.Ordinal) && source.Contains(".Sample(", StringComparison.Ordinal))
            .Select(f => f.Name));

    [Fact]
    public void A_file_has_at_most_400_lines() =>
        Assert.Empty(Sources("runtime", "plugins", "tests").Where(f => File.ReadLines(f.Path).Count() > 400).Select(f => f.Name));

    private static IEnumerable<(string Path, string Name)> Sources(params string[] folders) =>
        folders.SelectMany(f => Directory.EnumerateFiles(Path.Combine(Built.Root, f), "*.cs", SearchOption.AllDirectories))
            .Select(f => (f, Path.GetRelativePath(Built.Root, f).Replace('\\', '/')))
            .Where(f => !f.Item2.Split('/').Any(part => part is "obj" or "bin" or "node_modules"));

    /// <summary>Returns the numbers of lines above 140 columns, except those of raw strings and those with a long text.</summary>
    private static IEnumerable<int> WideLines(IReadOnlyList<string> lines)
    {
        var isInRawText = false;
        for (var i = 0; i < lines.Count; i++)
        {
            var wasInRawText = isInRawText;
            if (RawQuotes().Count(lines[i]) % 2 == 1) isInRawText = !isInRawText;
            if (lines[i].Length <= 140 || wasInRawText || isInRawText || RawQuotes().IsMatch(lines[i])) continue;
            if (!Text().Matches(lines[i]).Any(m => m.Length >= 60)) yield return i + 1;
        }
    }

    private static bool CompilesOthers(string project) => CompilesOthers(XDocument.Load(Path.Combine(Built.Root, project)));

    private static bool CompilesOthers(XDocument project) => project.Descendants().Where(e => e.Name.LocalName == "Compile")
        .SelectMany(e => e.Attribute("Include")?.Value.Split(';') ?? [])
        .Any(path => path.Contains("..", StringComparison.Ordinal) || path.Contains("$(", StringComparison.Ordinal)
            || Path.IsPathRooted(path.Trim()));

    [GeneratedRegex("""(?<!")"{3,}(?!")""")]
    private static partial Regex RawQuotes();

    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"
        """)]
    private static partial Regex Text();

    [GeneratedRegex(@"^((?:(?:public|internal|file|sealed|static|abstract|readonly|ref|partial) )*)(?:class|struct|interface|enum|record(?: struct)?) (\w+)", RegexOptions.Multiline)]
    private static partial Regex TopLevelType();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
