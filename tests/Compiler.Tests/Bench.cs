extern alias compiler;
using System.Globalization;
using System.Reflection.Metadata;
using compiler::PlantRuntime.Compiler;
using compiler::PlantRuntime.Compiler.Protocol;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Recipes.Compiling;
using PlantRuntime.Recipes;

namespace PlantRuntime.Compiler.Tests;

/// <summary>A site folder of its own, the compiler's heart in this process, and a stand-in for what the host generates.</summary>
internal sealed class Bench : IDisposable
{
    /// <summary>Like the host's own text; in addition the guard stops by itself after so many checks, so that no test needs a clock.</summary>
    public const string Generated = """
        internal static class RecipeGuard
        {
            public static PlantRuntime.Recipes.Guard Guard = null!;
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

    public static readonly string[] Imports = ["System", "System.Collections.Generic", "System.Linq", "PlantRuntime.Contracts", "PlantRuntime.Recipes"];
    private static readonly RecipeCompilation s_compilation = new();
    private int _outputs;

    public Bench()
    {
        Folder = Directory.CreateTempSubdirectory("plant-compiler-").FullName;
        Shared = Path.Combine(Folder, "..", Path.GetFileName(Folder) + "-shared");
        Shared = Directory.CreateDirectory(Shared).FullName;
    }

    public string Folder { get; }

    /// <summary>The host's scripts, outside the site.</summary>
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
        var recipe = Write("recipes/press.csx", text);
        var request = new CompileRequest(
            1, Folder, recipe, [Shared], Generated, [typeof(Tag).Assembly.Location, typeof(Guard).Assembly.Location], Imports, Path.Combine(Folder, $"out{_outputs++}"));
        CompileReply reply;
        lock (s_compilation) reply = s_compilation.Compile(request);
        if (reply.Symbols is not null) CheckSymbols(reply.Symbols);
        return reply;
    }

    /// <summary>The errors as the host shows them.</summary>
    public IReadOnlyList<string> Errors(string text) =>
        [.. Compile(text).Diagnostics.Where(d => d.IsError).Select(d => $"{d.File}({d.Line},{d.Column}): {d.Id}: {d.Message}")];

    public RecipeAssembly Load(string text)
    {
        var reply = Compile(text);
        Assert.True(reply.Assembly is not null, string.Join('\n', reply.Diagnostics));
        return RecipeAssembly.Load(new CompiledRecipe(reply.Assembly, reply.Symbols, [], []));
    }

    /// <summary>Runs a recipe on a thread with a host's stack; gives what it wrote and what it threw.</summary>
    public (string Written, Exception? Thrown) Run(string text, int checks = int.MaxValue)
    {
        var assembly = Load(text);
        var written = new List<string>();
        var guard = new Guard(memory: 64 << 20);
        assembly.SetStatic("RecipeGuard", "Guard", guard);
        assembly.SetStatic("RecipeGuard", "Left", checks);
        assembly.SetStatic("Out", "Write", (Action<object?>)(value => written.Add(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "null")));
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

    /// <summary>A statement without a width would make the rest of a method's debug information unreadable.</summary>
    private static void CheckSymbols(string path)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(path));
        var reader = provider.GetMetadataReader();
        foreach (var handle in reader.MethodDebugInformation)
        {
            foreach (var point in reader.GetMethodDebugInformation(handle).GetSequencePoints())
                Assert.True(point.IsHidden || point.StartLine < point.EndLine || point.StartColumn < point.EndColumn, $"{point.StartLine},{point.StartColumn}");
        }
    }
}
