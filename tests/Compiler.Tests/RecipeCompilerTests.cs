using System.Diagnostics;
using System.Runtime.CompilerServices;
using PlantRuntime.Conformance.Host;
using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Recipes;

namespace PlantRuntime.Compiler.Tests;

/// <summary>
/// The host's side of the compiler, with the real child process: one for the tests of the host's side, and one of its own for each test of
/// the life of that process.
/// </summary>
[Trait("Needs", "Process")]
public sealed class RecipeCompilerTests : IAsyncLifetime
{
    private readonly CompilerFixture _fixture = new();
    private readonly RecipeCompiler _compiler;

    public RecipeCompilerTests() => _compiler = New(SharedCompiler.Path);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _compiler.DisposeAsync();
        _fixture.Dispose();
    }

    [Fact]
    public async Task A_known_content_is_found_without_the_compiler_even_by_the_next_host()
    {
        var first = await CompileAsync("Out.Add(1);");
        Assert.Empty(first.Problems);
        var second = await CompileAsync("Out.Add(2);");
        await using var next = New(SharedCompiler.Path);
        var again = await next.CompileAsync(Source("Out.Add(1);"), default);
        Assert.Equal((first.AssemblyPath, (int?)null), (again.AssemblyPath, next.ChildId));
        Assert.NotEqual(first.AssemblyPath, second.AssemblyPath);
    }

    [Fact]
    public async Task A_change_in_a_loaded_piece_or_in_what_it_names_of_the_site_is_another_content()
    {
        _fixture.Write("scripts/piece.csx", "#load \"inner.csx\"\nvar one = 1;");
        _fixture.Write("scripts/inner.csx", "var two = 2;");
        var source = Source("#load \"piece.csx\"\nOut.Add(one + two);");
        var first = await _compiler.CompileAsync(source, default);
        _fixture.Write("scripts/inner.csx", "var two = 3;");
        var second = await _compiler.CompileAsync(source, default);
        var third = await _compiler.CompileAsync(source with { Generated = With("one") }, default);
        Assert.Equal(3, new[] { first, second, third }.Select(c => c.AssemblyPath ?? string.Join(';', c.Problems)).Distinct().Count());
        Assert.Equal(second.AssemblyPath, (await _compiler.CompileAsync(source with { Generated = With("on") }, default)).AssemblyPath);

        static Func<IReadOnlySet<string>?, string> With(string name) => words =>
            CompilerFixture.Generated + (words?.Contains(name) == false ? "" : $"class Named_{name};");
    }

    [Fact]
    public async Task A_name_written_with_an_escape_or_a_hidden_character_is_found()
    {
        foreach (var name in new[] { "Sp\\u0065ed", "Spe\u00aded", "@Speed" })
        {
            var compiled = await _compiler.CompileAsync(Source($"Out.Add(Motor.{name});") with { Generated = OnlyWords }, default);
            Assert.Empty(compiled.Problems);
        }
    }

    [Fact]
    public async Task A_misspelt_name_is_answered_with_the_names_that_the_recipe_does_not_use()
    {
        var compiled = await _compiler.CompileAsync(Source("Out.Add(Motor.Sped);") with { Generated = OnlyWords }, default);
        Assert.Equal("'Motor' has no 'Sped': did you mean 'Speed'?", Assert.Single(compiled.Problems).Message);
    }

    [Fact]
    public async Task A_tag_that_a_recipe_does_not_name_changes_its_meaning_and_not_its_compilation()
    {
        var source = Source("Out.Add(1);");
        var before = _compiler.Snapshot(source with { Members = [("Out", "A")] });
        var after = _compiler.Snapshot(source with { Members = [("Out", "B")] });
        var other = _compiler.Snapshot(source with { Members = [("Out", "A"), ("In", "C")] });
        Assert.Equal((before.Key, before.Key), (after.Key, other.Key));
        Assert.Equal((false, true), (before.Meaning == after.Meaning, before.Meaning == other.Meaning));
        Assert.Equal(await Path(source with { Members = [("Out", "A")] }), await Path(source with { Members = [("Out", "B")] }));

        async Task<string?> Path(RecipeSource changed) => (await _compiler.CompileAsync(changed, default)).AssemblyPath;
    }

    [Fact]
    public async Task A_damaged_entry_is_compiled_again()
    {
        var first = await CompileAsync("Out.Add(1);");
        using (var file = File.OpenWrite(first.AssemblyPath!)) file.SetLength(100);
        var again = await CompileAsync("Out.Add(1);");
        Assert.Equal(first.AssemblyPath, again.AssemblyPath);
        RecipeAssembly.Load(again).Unload();
    }

    [Fact]
    public async Task Problems_have_their_place_and_leave_nothing_behind()
    {
        var compiled = await CompileAsync("var a = Plant.pres;");
        Assert.Equal("recipes/press.csx(1,15): error CS0117: 'Plant' has no 'pres': did you mean 'press'?", Assert.Single(compiled.Problems)
            .ToString());
        Assert.Empty(Directory.EnumerateFiles(Cache));
    }

    [Fact]
    public async Task A_compiler_that_died_is_replaced()
    {
        await using var compiler = New();
        await compiler.CompileAsync(Source("Out.Add(1);"), default);
        var old = compiler.ChildId!.Value;
        using (var child = Process.GetProcessById(old))
        {
            child.Kill();
            await child.WaitForExitAsync();
        }

        Assert.Empty((await compiler.CompileAsync(Source("Out.Add(2);"), default)).Problems);
        Assert.NotEqual(old, compiler.ChildId);
    }

    [Fact]
    public async Task The_compiler_leaves_with_the_host()
    {
        await using var compiler = New();
        await compiler.CompileAsync(Source("Out.Add(1);"), default);
        using var child = Process.GetProcessById(compiler.ChildId!.Value);
        await compiler.DisposeAsync();
        await child.WaitForExitAsync();
    }

    [Fact]
    public async Task A_compiler_that_is_not_there_or_does_not_speak_is_a_problem_with_words()
    {
        await using var missing = New("/nowhere/plant-compiler.dll");
        var compiled = await missing.CompileAsync(Source("Out.Add(1);"), default);
        Assert.Contains("/nowhere/plant-compiler.dll", Assert.Single(compiled.Problems).ToString());
        var nonsense = _fixture.Write("nonsense.dll", "This is no assembly.");
        await using var broken = New(Path.Combine(_fixture.Folder, nonsense));
        compiled = await broken.CompileAsync(Source("Out.Add(1);"), default);
        Assert.StartsWith("recipes/press.csx: error: the compiler ended without an answer: ", Assert.Single(compiled.Problems).ToString());
    }

    [Fact]
    public async Task A_compiler_that_hangs_is_stopped()
    {
        var time = new ManualTime();
        await using var compiler = New(time: time);
        await compiler.CompileAsync(Source("Out.Add(1);"), default);
        var old = compiler.ChildId!.Value;
        Signal(old, "STOP");
        var compiling = compiler.CompileAsync(Source("Out.Add(2);"), default);
        time.RingAll();
        Assert.Contains("did not answer within 30 s", Assert.Single((await compiling).Problems).Message);
        Assert.Empty((await compiler.CompileAsync(Source("Out.Add(2);"), default)).Problems);
        Assert.NotEqual(old, compiler.ChildId);
    }

    [Theory]
    [InlineData(1, 0)]         // does nothing
    [InlineData(2, 20_000)]    // works without end
    [InlineData(10, 1000)]     // has little of a busy processor, for five minutes
    public void A_compiler_is_waited_for_while_it_works_and_not_without_end(int looks, int millisecondsALook)
    {
        var (time, worked) = (new ManualTime(), TimeSpan.FromMinutes(1));
        using var patience = new CompilerTimeout(() => worked, time, default);
        for (var i = 0; i < looks; i++)
        {
            Assert.False(patience.Token.IsCancellationRequested);
            worked += TimeSpan.FromMilliseconds(millisecondsALook);
            time.RingAll();
        }

        Assert.True(patience.Token.IsCancellationRequested);
        Assert.Equal(TimeSpan.FromSeconds(30 * looks), patience.Elapsed);
    }

    [Fact]
    public async Task Old_entries_are_pruned()
    {
        Directory.CreateDirectory(Cache);
        for (var i = 0; i < RecipeCache.Kept + 6; i++) File.WriteAllText(Path.Combine(Cache, $"{i}.json"), "{}");
        var compiled = await CompileAsync("Out.Add(1);");
        Assert.Equal(RecipeCache.Kept, Directory.EnumerateFiles(Cache, "*.json").Count());
        Assert.True(File.Exists(compiled.AssemblyPath));
    }

    [Fact]
    public async Task Fifty_edits_leave_no_context_in_memory_and_no_compiler_in_the_host()
    {
        var contexts = new List<WeakReference>();
        for (var i = 0; i < 50; i++)
            contexts.Add(RunOnce(await CompileAsync($"var n = {i}; Func<int> f = () => n + 1; Out.Add(new {{ n = f() }});")));
        Assert.Equal(0, contexts.Count(context => !RecipeLoadContext.IsCollected(context)));
        Assert.DoesNotContain(typeof(RecipeCompiler).Assembly.GetReferencedAssemblies(),
            name => name.Name!.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference RunOnce(CompiledRecipe compiled)
    {
        var written = new List<string?>();
        var assembly = RecipeAssembly.Load(compiled);
        assembly.SetStatic("RecipeGuard", "Guard", new ExecutionGuard());
        assembly.SetStatic("Out", "Write", (Action<object?>)(value => written.Add(value?.ToString())));
        assembly.Run();
        Assert.Single(written);
        return assembly.Unload();
    }

    private static string OnlyWords(IReadOnlySet<string>? words) => CompilerFixture.Generated
        + $"public static class Motor {{ {(words?.Contains("Speed") == false ? "" : "public const int Speed = 1;")} }}";

    private string Cache => Path.Combine(_fixture.Folder, "data", "recipes");

    private RecipeCompiler New(string? compiler = null, TimeProvider? time = null) => new(Cache, time ?? TimeProvider.System, compiler);

    private Task<CompiledRecipe> CompileAsync(string text) => _compiler.CompileAsync(Source(text), default);

    private RecipeSource Source(string text) =>
        new(_fixture.Folder, _fixture.Write("recipes/press.csx", text), [_fixture.Shared], _ => CompilerFixture.Generated,
            CompilerFixture.Imports, []);

    private static void Signal(int process, string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, $"{process}"]);
        kill.WaitForExit();
    }
}
