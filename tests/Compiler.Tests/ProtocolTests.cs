extern alias compiler;
using System.Text.Json;
using CsCheck;
using PlantRuntime.Conformance;
using compiler::PlantRuntime.Compiler;
using compiler::PlantRuntime.Compiler.Loading;
using compiler::PlantRuntime.Compiler.Messages;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.RecipeHost.Build;

namespace PlantRuntime.Compiler.Tests;

/// <summary>Host and compiler have separate types for the lines between them; these tests compare the two sides.</summary>
public sealed class ProtocolTests
{
    private static readonly Gen<string> s_text = Gen.String[Gen.OneOf(Gen.Char.AlphaNumeric, Gen.Char["\n\"\\é\u2028 <>"]), 0, 20];
    private static readonly Gen<string?> s_optional = Gen.OneOf(s_text.Select(t => (string?)t), Gen.Const((string?)null));

    [Fact]
    public void A_request_of_the_host_means_the_same_to_the_compiler() =>
        Gen.Select(Gen.Int, s_text, s_text.List[0, 3], s_text, s_text.List[0, 3], s_optional)
            .ForAll((id, folder, scripts, text, imports, output) =>
        {
            var line = JsonSerializer.Serialize(
                new CompilerRequest(id, folder, "recipes/a.csx", scripts, text, [.. imports, "ref.dll"], imports, output),
                CompilerJson.Default.CompilerRequest);
            Assert.DoesNotContain('\n', line);
            var read = JsonSerializer.Deserialize(line, MessageJson.Default.CompileRequest)!;
            Assert.Equal((id, folder, "recipes/a.csx", text, output), (read.Id, read.SiteFolder, read.Recipe, read.Generated, read.Output));
            Assert.Equal(scripts, read.ScriptFolders);
            Assert.Equal([.. imports, "ref.dll"], read.References);
            Assert.Equal(imports, read.Imports);
            Assert.Equal(line, JsonSerializer.Serialize(read, MessageJson.Default.CompileRequest));
        });

    [Fact]
    public void A_reply_of_the_compiler_means_the_same_to_the_host() =>
        Gen.Select(Gen.Int, s_optional, Gen.Select(s_text, Gen.Int[0, 9], Gen.Int[0, 9], Gen.Bool, s_text).List[0, 3], s_text.List[0, 3],
            s_optional)
            .ForAll((id, output, diagnostics, files, declarations) =>
            {
                var line = JsonSerializer.Serialize(
                    new CompileReply(
                        id, output, output,
                        [.. diagnostics.Select(d => new CompileDiagnostic(d.Item1, d.Item2, d.Item3, "CS0117", d.Item4, d.Item5))],
                        [.. files.Select(f => new SourceFile(f, "00FF"))], declarations),
                    MessageJson.Default.CompileReply);
                Assert.DoesNotContain('\n', line);
                var read = JsonSerializer.Deserialize(line, CompilerJson.Default.CompilerReply)!;
                Assert.Equal((id, output, output, declarations), (read.Id, read.Assembly, read.Symbols, read.Declarations));
                Assert.Equal(diagnostics.Select(d => new CompilerDiagnostic(d.Item1, d.Item2, d.Item3, "CS0117", d.Item4, d.Item5)),
                    read.Diagnostics);
                Assert.Equal(files.Select(f => new CompiledFile(f, "00FF")), read.Files);
                Assert.Equal(line, JsonSerializer.Serialize(read, CompilerJson.Default.CompilerReply));
            });

    [Fact]
    public void Both_sides_have_the_same_properties()
    {
        Assert.Equal(Properties(typeof(CompileRequest)), Properties(typeof(CompilerRequest)));
        Assert.Equal(Properties(typeof(CompileReply)), Properties(typeof(CompilerReply)));
        Assert.Equal(Properties(typeof(CompileDiagnostic)), Properties(typeof(CompilerDiagnostic)));
        Assert.Equal(Properties(typeof(SourceFile)), Properties(typeof(CompiledFile)));

        static IEnumerable<string> Properties(Type type) => type.GetProperties().Select(p => p.Name);
    }

    [Fact]
    public void Both_sides_resolve_a_load_line_to_the_same_file()
    {
        using var fixture = new CompilerFixture();
        var folders = new[] { "recipes/", "", "scripts/", "lib/" };
        var names = new[] { "a.csx", "b.csx", "sub/a.csx" };

        // Each name exists in a different set of folders: none, each one, and combinations.
        for (var i = 0; i < names.Length; i++)
        {
            for (var f = 0; f < folders.Length; f++)
            {
                if (((i * 5) + 3 >> f & 1) == 1) fixture.Write(folders[f] + names[i], "");
            }
        }

        string[] scriptFolders = [Path.Combine(fixture.Folder, "lib"), fixture.Shared];
        foreach (var loading in new[] { "recipes/a.csx", "recipes/c.csx", "b.csx",
            "lib/b.csx" }.Select(f => Path.Combine(fixture.Folder, f)))
        {
            Assert.Equal(
                ScriptPaths.Folders(loading, fixture.Folder, scriptFolders), LoadPath.Folders(loading, fixture.Folder, scriptFolders));
            foreach (var name in names.Append("../a.csx").Append("none.csx"))
            {
                Assert.Equal(
                    ScriptPaths.Find(name, loading, fixture.Folder, scriptFolders),
                    LoadPath.Find(name, loading, fixture.Folder, scriptFolders));
            }
        }
    }

    [Theory]
    [InlineData("polll", "poll")]
    [InlineData("tiemout", "timeout")]
    [InlineData("PRESS", "press")]
    [InlineData("oven", null)]
    [InlineData("", null)]
    public void The_compiler_suggests_the_nearest_name(string word, string? expected) =>
        Assert.Equal(expected, NearestName.Find(word, ["poll", "timeout", "reconnect", "press"]));

    [Fact]
    public void Both_sides_suggest_the_same_name()
    {
        var word = Gen.String[Gen.Char["abcAB_"], 0, 9];
        Gen.Select(word, word.List[0, 8])
            .ForAll((typed, names) => Assert.Equal(Nearest.Find(typed, names), NearestName.Find(typed, names)), iter: 5000);
        foreach (var length in new[] { 63, 64, 65 })
        {
            var typed = new string('x', length);
            string[] names = [typed + "y", typed[1..], typed];
            Assert.Equal(Nearest.Find(typed, names), NearestName.Find(typed, names));
        }
    }
}
