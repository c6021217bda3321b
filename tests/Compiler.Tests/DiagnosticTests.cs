namespace PlantRuntime.Compiler.Tests;

/// <summary>The messages that a site engineer reads when a recipe has errors.</summary>
public sealed class DiagnosticTests
{
    [Theory]
    [InlineData("var a = Plant.pres;", "recipes/press.csx(1,15): CS0117: 'Plant' has no 'pres': did you mean 'press'?")]
    [InlineData("var a = Plant.boiler;", "recipes/press.csx(1,15): CS0117: 'Plant' has no 'boiler'; it has lab, press")]
    [InlineData("Plant.press.Rnage(\"x\", 0, 1);", "recipes/press.csx(1,13): CS1061: 'Plant.press' has no 'Rnage': did you mean 'Range'?")]
    [InlineData("\nPlant.press\n    .Range(\"x\", 0, 1)\n    .Deadbnd(\"x\", 1);",
        "recipes/press.csx(4,6): CS1061: 'press_Device' has no 'Deadbnd': did you mean 'Deadband'?")]
    [InlineData("var press = Plant.press;\nvar a = press.Tags.sped;",
        "recipes/press.csx(2,20): CS1061: 'press.Tags' has no 'sped': did you mean 'speed'?")]
    [InlineData("Plant.press.To(Sinks.broke);", "recipes/press.csx(1,22): CS0117: 'Sinks' has no 'broke': did you mean 'broker'?")]
    [InlineData("Plant.press.To(\"broker\");",
        "recipes/press.csx(1,16): CS1503: argument 1 is 'string', expected 'PlantRuntime.Recipes.SinkRef'; write a sink as Sinks.name")]
    [InlineData("var t = 30.Secnds;", "recipes/press.csx(1,12): CS1061: '30' has no 'Secnds': did you mean 'Seconds'?")]
    [InlineData("var a = Plnt.press;", "recipes/press.csx(1,9): CS0103: there is no 'Plnt' here: did you mean 'Plant'?")]
    [InlineData("Plant.press.Range(\"x\", 0, hihg: 1);",
        "recipes/press.csx(1,27): CS1739: 'Plant.press.Range' has no 'hihg': did you mean 'high'?")]
    [InlineData("TimeSpn a = default;",
        "recipes/press.csx(1,1): CS0246: there is no type or namespace 'TimeSpn': did you mean 'TimeSpan'?")]
    [InlineData("var a = 1\nvar b = 2;", "recipes/press.csx(1,10): CS1002: a ';' is missing here")]
    [InlineData("Plant.press.Range(\"x\", 0, 1;", "recipes/press.csx(1,28): CS1026: a ')' is missing here")]
    [InlineData("void F() { ", "recipes/press.csx(1,12): CS1513: a '}' is missing here")]
    [InlineData("#r \"Newtonsoft.Json\"\nvar a = 1;",
        "recipes/press.csx(1,1): PR0001: #r is not allowed in a recipe: load shared code with #load \"name.csx\", add a protocol as a plugin")]
    [InlineData("unsafe void F() { } F();", "recipes/press.csx(1,13): CS0227: unsafe code is not allowed in a recipe")]
    [InlineData("[System.Runtime.InteropServices.DllImport(\"c\")] static extern int getpid(); getpid();",
        "recipes/press.csx(1,67): PR0004: native code is not allowed in a recipe: call it from a plugin")]
    [InlineData("var x = 1;\nawait System.Threading.Tasks.Task.Yield();",
        "recipes/press.csx(2,1): PR0005: the top level of a recipe only declares and must not wait: remove the await")]
    [InlineData("class A { ~A() { } }",
        "recipes/press.csx(1,11): PR0006: finalizers are not allowed in a recipe: an exception in one would end the host")]
    [InlineData("Action a = async () => await System.Threading.Tasks.Task.Yield();",
        "recipes/press.csx(1,12): PR0007: exceptions of an async function that returns void cannot be caught: return Task")]
    [InlineData("var a = 1;\nSystem.IO.File.ReadAllText(\"x\");",
        "recipes/press.csx(2,11): PR0008: a recipe performs no I/O: 'File' belongs in a plugin; read data as a device's tag, write it to a sink")]
    [InlineData("using static System.IO.File;\nReadAllText(\"x\");",
        "recipes/press.csx(1,24): PR0008: a recipe performs no I/O: 'File' belongs in a plugin; read data as a device's tag, write it to a sink")]
    [InlineData("_ = new System.Net.Http.HttpClient();",
        "recipes/press.csx(1,25): PR0008: a recipe performs no I/O: 'HttpClient' belongs in a plugin; read data as a device's tag, write it to a sink")]
    [InlineData("Console.ReadLine();",
        "recipes/press.csx(1,9): PR0008: a recipe performs no I/O: 'Console.ReadLine' belongs in a plugin; read data as a device's tag, write it to a sink")]
    [InlineData("System.Diagnostics.Process.Start(\"x\");",
        "recipes/press.csx(1,20): PR0008: a recipe performs no I/O: 'Process' belongs in a plugin; read data as a device's tag, write it to a sink")]
    [InlineData("using T = System.Threading.Thread;\nT.Sleep(1);",
        "recipes/press.csx(2,1): PR0009: a recipe must not wait or start threads: remove 'Thread'; use Every, Throttle, Window or Silent for what happens later", "recipes/press.csx(1,28): PR0009: a recipe must not wait or start threads: remove 'Thread'; use Every, Throttle, Window or Silent for what happens later")]
    [InlineData("Func<System.Threading.Tasks.Task<int>> f = async () => 1;\nOut.Add(f().Result);",
        "recipes/press.csx(2,13): PR0009: a recipe must not wait or start threads: remove 'Task.Result'; use Every, Throttle, Window or Silent for what happens later")]
    [InlineData("System.Threading.Tasks.Task.Run(() => 1);",
        "recipes/press.csx(1,29): PR0009: a recipe must not wait or start threads: remove 'Task.Run'; use Every, Throttle, Window or Silent for what happens later")]
    [InlineData("Environment.Exit(1);",
        "recipes/press.csx(1,13): PR0010: 'Environment.Exit' affects the whole host, not only this recipe: remove it")]
    [InlineData("GC.Collect();", "recipes/press.csx(1,1): PR0010: 'GC' affects the whole host, not only this recipe: remove it")]
    [InlineData("int Sum() { Span<int> a = stackalloc int[9]; return a[0]; } Sum();",
        "recipes/press.csx(1,27): PR0011: stackalloc beyond the end of the stack would end the host: allocate an array with new")]
    public void An_error_says_where_and_what_was_meant(string text, params string[] expected)
    {
        using var fixture = new CompilerFixture();
        Assert.Equal(expected.Order(), fixture.Errors(text).Order());
    }

    [Fact]
    public void A_script_that_is_not_there_is_named_with_the_folders()
    {
        using var fixture = new CompilerFixture();
        fixture.Write("scripts/changes.csx", "");
        var error = Assert.Single(fixture.Errors("#load \"change.csx\"\nvar a = 1;"));
        Assert.Equal(
            $"recipes/press.csx(1,7): PR0002: there is no \"change.csx\" to load; searched in recipes/, the site's folder, scripts/, {fixture.Shared}: did you mean 'changes.csx'?", error);
    }

    [Fact]
    public void An_error_in_a_loaded_piece_is_shown_there()
    {
        using var fixture = new CompilerFixture();
        fixture.Write("scripts/piece.csx", "// One.\nint x = Plant.pres;");
        var error = Assert.Single(fixture.Errors("#load \"piece.csx\"\nvar a = 1;"));
        Assert.Equal("scripts/piece.csx(2,15): CS0117: 'Plant' has no 'pres': did you mean 'press'?", error);
    }

    [Fact]
    public void A_warning_is_passed_on_and_hinders_nothing()
    {
        using var fixture = new CompilerFixture();
        var reply = fixture.Compile("int F() { return 1; Out.Add(2); } F();");
        Assert.NotNull(reply.Assembly);
        Assert.Equal(("CS0162", false, 1, 21), reply.Diagnostics.Select(d => (d.Id, d.IsError, d.Line, d.Column)).Single());
    }

    [Theory]
    [InlineData("Out.Add(1);\nthrow new InvalidOperationException(\"here\");", 2, 1)]
    [InlineData("int F(int x)\n    => x > 0 ? throw new InvalidOperationException(\"here\") : 1;\nF(1);", 2, 8)]
    [InlineData("for (;;) throw new InvalidOperationException(\"here\");", 1, 10)]
    [InlineData("foreach (var x in new[] { 1 }) { if (x == 1) throw new InvalidOperationException(\"here\"); }", 1, 46)]
    [InlineData("_ = new[] { 1 }.Select(x => x * 2).Where(y => int.Parse(\"no\") > y).ToList();", 1, 47)]
    [InlineData("Action<int> f = x => Out.Add(1 / (x - 1)); f(1);", 1, 22)]
    [InlineData("record A(int X);   record B { public int Y; }  throw new InvalidOperationException(\"here\");", 1, 48)]
    [InlineData("try { throw new Exception(); } catch { throw new InvalidOperationException(\"here\"); }", 1, 40)]
    public void An_exception_points_to_the_line_and_column_of_the_file(string text, int line, int column)
    {
        using var fixture = new CompilerFixture();
        var (_, thrown) = fixture.Run(text);
        var frame = new System.Diagnostics.StackTrace(thrown!, fNeedFileInfo: true).GetFrames()
            .First(f => f.GetFileName()?.EndsWith(".csx", StringComparison.Ordinal) == true);
        Assert.Equal((Path.Combine(fixture.Folder, "recipes/press.csx"), line, column),
            (frame.GetFileName(), frame.GetFileLineNumber(), frame.GetFileColumnNumber()));
    }
}
