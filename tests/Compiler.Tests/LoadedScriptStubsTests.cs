using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PlantRuntime.Compiler.Tests;

/// <summary>The stubs of loaded scripts for editors: plain C# in which the same names have the same meaning.</summary>
public sealed class LoadedScriptStubsTests
{
    [Theory]
    [InlineData("int Twice(int n) => n * 2;", "int a = Twice(2);")]
    [InlineData("async Task<List<T>> All<T>(IEnumerable<T> items, int most = 5) where T : class { await Task.Yield(); return items.ToList(); }", "Task<List<string>> a = All(new[] { \"\" });")]
    [InlineData("var a = 1.5; string b = \"\", c = b;", "double x = a; string y = b + c;")]
    [InlineData("const int Most = 5; int F(int n = Most) => n;", "int a = F() + Most;")]
    [InlineData("var shape = new { A = 1 };", "object a = shape.A;")]
    [InlineData("record Shift(string Name); enum Kind { A, B } var first = new Shift(\"\"); var kinds = new List<Kind>();",
        "Shift s = first; Kind k = kinds[0]; string n = s.Name;")]
    [InlineData("public static int Known { get; set; } = 5;", "Known = 6;")]
    [InlineData("using System.Text; StringBuilder Text() => new();", "var length = Text().Length;")]
    [InlineData("static int Half(this int n) => n / 2;", "int a = 4.Half();")]
    [InlineData("var device = Plant.press; Plant.press.To(Sinks.broker);", "device.Range(device.Tags.speed, 0, 1);")]
    public void A_recipe_may_use_what_a_script_declares(string script, string recipe)
    {
        using var fixture = new CompilerFixture();
        fixture.Write("scripts/piece.csx", "using System.Threading.Tasks;\n" + script);
        recipe = "using System.Threading.Tasks;\n" + recipe;
        Assert.Empty(fixture.Errors($"#load \"piece.csx\"\n{recipe}"));
        Assert.Empty(PlainErrors(fixture.Declarations($"#load \"piece.csx\"\n{recipe}"), recipe));
    }

    [Fact]
    public void What_is_half_written_is_told_as_far_as_it_is_known()
    {
        using var fixture = new CompilerFixture();
        fixture.Write("scripts/inner.csx", "int Inner() => 1;");
        fixture.Write("scripts/piece.csx", "#load \"inner.csx\"\nvar a = Plant.pres;\nint F(int n) => n +");
        var told = fixture.Declarations("#load \"piece.csx\"\n#load \"none.csx\"");
        Assert.Contains("scripts/inner.csx(1)", told, StringComparison.Ordinal);
        Assert.Empty(PlainErrors(told, "int b = F(Inner()); object c = a;"));
    }

    private static IEnumerable<string> PlainErrors(string declarations, string recipe)
    {
        var imports = string.Concat(CompilerFixture.Imports.Select(import => $"global using {import};\n"));
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create(
            "plain",
            new[] { imports, declarations, CompilerFixture.Generated, recipe }.Select(text => CSharpSyntaxTree.ParseText(text)),
            platform.Select(path => MetadataReference.CreateFromFile(path)));
        return compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.ToString());
    }
}
