extern alias compiler;
using System.Globalization;
using System.Reflection.Metadata;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Recipes;
using compiler::PlantRuntime.Compiler;

namespace PlantRuntime.Compiler.Tests;

/// <summary>A temporary site folder, the compiler in this process, and C# in place of the code that the host generates.</summary>
internal sealed class CompilerFixture : IDisposable
{
    /// <summary>
    /// Like the code of the host; in addition the guard stops the recipe after a number of checks, so that no test needs a clock.
    /// </summary>
    public const string Generated = """
        internal static class RecipeGuard
        {
            public static PlantRuntime.Recipes.ExecutionGuard Guard = null!;
            public static int Left = int.MaxValue;
            public static void Check()
            {
                if (--Left < 0) Guard.Stop("enough");
                Guard.Check();
            }
        }
        public static class Out
        {
            public static System.Action<object?> Write = null!;
            public static void Add(object? value) => Write(value);
        }
        public static class Site { public const string Name = "hall"; }
        public static class Plant { public static press_Device @press { get; } = new(); public static press_Device @lab { get; } = new(); }
        public static class Sinks { public static PlantRuntime.Recipes.SinkRef @broker { get; } = new("broker"); }
        public sealed class press_Device
        {
            public string Host => "10.0.0.1";
            public press_Tags Tags { get; } = new();
            public press_Device Range(string tag, double low, double high) => this;
            public press_Device Deadband(string tag, double band) => this;
            public void To(params PlantRuntime.Recipes.SinkRef[] sinks) { }
        }
        public sealed class press_Tags { public string @speed => "speed"; public string @pressure => "pressure"; }
        """;

    public static readonly string[] Imports = ["System", "System.Collections.Generic", "System.Linq", "PlantRuntime.Contracts",
        "PlantRuntime.Recipes"];
    private static readonly RecipeCompilation s_compilation = new();
    private int _outputs;

    public CompilerFixture()
    {
        Folder = Directory.CreateTempSubdirectory("plant-compiler-").FullName;
        Shared = Path.Combine(Folder, "..", Path.GetFileName(Folder) + "-shared");
        Shared = Directory.CreateDirectory(Shared).FullName;
    }

    public string Folder { get; }

    /// <summary>Folder of shared scripts, outside the site.</summary>
    public string Shared { get; }

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        Directory.Delete(Shared, recursive: true);
    }

    public string Write(string file, string text)
    {
        var path = Path.GetFullPath(file, Folder);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return file;
    }

    public CompileReply Compile(string text)
    {
        var reply = Ask(text, Path.Combine(Folder, $"out{_outputs++}"));
        if (reply.Symbols is not null) CheckSymbols(reply.Symbols);
        return reply;
    }

    /// <summary>Returns the stubs of the scripts that a recipe loads, for editors.</summary>
    public string Declarations(string text) => Ask(text, output: null).Declarations!;

    /// <summary>Returns the errors as the host shows them.</summary>
    public IReadOnlyList<string> Errors(string text) =>
        [.. Compile(text).Diagnostics.Where(d => d.IsError).Select(d => $"{d.File}({d.Line},{d.Column}): {d.Id}: {d.Message}")];

    public RecipeAssembly Load(string text)
    {
        var reply = Compile(text);
        Assert.True(reply.Assembly is not null, string.Join('\n', reply.Diagnostics));
        return RecipeAssembly.Load(new CompiledRecipe(reply.Assembly, reply.Symbols, [], []));
    }

    /// <summary>Runs a recipe on a thread with the stack size of the host; returns its output and exception.</summary>
    public (string Written, Exception? Thrown) Run(string text, int checks = int.MaxValue)
    {
        var assembly = Load(text);
        var written = new List<string>();
        var guard = new ExecutionGuard(memory: 64 << 20);
        assembly.SetStatic("RecipeGuard", "Guard", guard);
        assembly.SetStatic("RecipeGuard", "Left", checks);
        assembly.SetStatic("Out", "Write",
            (Action<object?>)(value => written.Add(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "null")));
        Exception? thrown = null;
        var thread = new Thread(() => thrown = Xunit.Record.Exception(Guarded), maxStackSize: 1 << 20) { IsBackground = true };
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromSeconds(60)), $"not stopped:\n{text}");
        assembly.Unload();
        return (string.Join(' ', written), thrown);

        void Guarded()
        {
            guard.Begin();
            assembly.Run();
            guard.End();
        }
    }

    private CompileReply Ask(string text, string? output)
    {
        var recipe = Write("recipes/press.csx", text);
        var request = new CompileRequest(
            1, Folder, recipe, [Shared], Generated, [typeof(Tag).Assembly.Location, typeof(ExecutionGuard).Assembly.Location], Imports,
            output);
        lock (s_compilation) return s_compilation.Compile(request);
    }

    /// <summary>Checks that every statement has a width; one without would make the debug information of its method unreadable.</summary>
    private static void CheckSymbols(string path)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(path));
        var reader = provider.GetMetadataReader();
        foreach (var handle in reader.MethodDebugInformation)
        {
            foreach (var point in reader.GetMethodDebugInformation(handle).GetSequencePoints())
                Assert.True(point.IsHidden || point.StartLine < point.EndLine || point.StartColumn < point.EndColumn,
                    $"{point.StartLine},{point.StartColumn}");
        }
    }
}
