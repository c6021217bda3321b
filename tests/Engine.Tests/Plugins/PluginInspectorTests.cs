using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using PlantRuntime.Conformance;
using PlantRuntime.Engine.Plugins;

namespace PlantRuntime.Engine.Tests.Plugins;

public sealed class PluginInspectorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_assembly_that_refers_to_the_contracts_is_the_plugin()
    {
        Write("A.dll", contracts: null);
        Write("B.dll", new Version(1, 0));
        File.WriteAllBytes(_folder.Of("native.dll"), NativeLibrary());
        Assert.Equal(_folder.Of("B.dll"), PluginInspector.FindMain(_folder.Path));
    }

    [Fact]
    public void A_folder_without_a_plugin_is_refused_with_the_reason()
    {
        Assert.Equal("no DLL in the folder", Refusal());
        Write("A.dll", contracts: null);
        Assert.Equal("no DLL in the folder was built against PlantRuntime.Contracts", Refusal());
    }

    [Fact]
    public void Two_plugins_in_a_folder_are_named()
    {
        Write("A.dll", new Version(1, 0));
        Write("B.dll", new Version(1, 0));
        Assert.Equal("more than one plugin in the folder: A.dll, B.dll", Refusal());
    }

    [Fact]
    public void A_library_of_the_plugin_may_use_the_contracts_too()
    {
        Write("A.dll", new Version(1, 0));
        Write("B.dll", new Version(1, 0), uses: "A");
        Assert.Equal(_folder.Of("B.dll"), PluginInspector.FindMain(_folder.Path));
        Write("C.dll", new Version(1, 0));
        Assert.Equal("more than one plugin in the folder: B.dll, C.dll", Refusal());
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(1, 99)]
    [InlineData(0, 9)]
    public void Another_version_of_the_contracts_is_named(int major, int minor)
    {
        Write("A.dll", new Version(major, minor));
        Assert.StartsWith($"A.dll was built against PlantRuntime.Contracts {major}.{minor}, this host has 1.0", Refusal(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    [InlineData(600)]
    public void A_file_that_is_cut_off_is_named(int length)
    {
        Write("A.dll", new Version(1, 0));
        File.WriteAllBytes(_folder.Of("A.dll"), File.ReadAllBytes(_folder.Of("A.dll"))[..length]);
        Assert.StartsWith("A.dll is damaged or not completely copied: ", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Types_are_listed_as_stack_traces_name_them()
    {
        Assert.Contains("PlantRuntime.Tests.Hostile.HostileDriver", PluginInspector.TypeNames(HostFixture.HostileFolder));
        File.WriteAllText(_folder.Of("broken.dll"), "no assembly");
        Assert.Empty(PluginInspector.TypeNames(_folder.Path));
    }

    [Fact]
    public void The_frames_of_a_stack_overflow_are_found_in_the_text_of_the_runtime()
    {
        Assert.Equal(
            ["Acme.Driver.Read(Int32)", "System.Threading.Thread.StartCallback()"],
            CrashReport.Parse(["native noise at start", "Stack overflow.", "Repeat 9000 times:", "-----", "   at Acme.Driver.Read(Int32)",
                "-----", "   at System.Threading.Thread.StartCallback()"]));
        Assert.Empty(CrashReport.Parse(["Unhandled exception. System.Exception: oh", "   at Acme.Driver.Read(Int32)"]));
    }

    public void Dispose() => _folder.Dispose();

    private string Refusal() => Assert.Throws<PluginException>(() => PluginInspector.FindMain(_folder.Path)).Message;

    /// <summary>Writes an assembly without types that refers to a version of the contracts, or to none, and to another assembly.</summary>
    private void Write(string file, Version? contracts, string? uses = null)
    {
        var metadata = new MetadataBuilder();
        var name = metadata.GetOrAddString(Path.GetFileNameWithoutExtension(file));
        metadata.AddAssembly(name, new Version(1, 0, 0, 0), default, default, 0, AssemblyHashAlgorithm.None);
        metadata.AddModule(0, metadata.GetOrAddString(file), metadata.GetOrAddGuid(Guid.NewGuid()), default, default);
        metadata.AddTypeDefinition(0, default, metadata.GetOrAddString("<Module>"), default, MetadataTokens.FieldDefinitionHandle(1),
            MetadataTokens.MethodDefinitionHandle(1));
        if (contracts is not null)
            metadata.AddAssemblyReference(metadata.GetOrAddString("PlantRuntime.Contracts"),
                new Version(contracts.Major, contracts.Minor, 0, 0), default, default, 0, default);
        if (uses is not null)
            metadata.AddAssemblyReference(metadata.GetOrAddString(uses), new Version(1, 0, 0, 0), default, default, 0, default);
        var image = new BlobBuilder();
        new ManagedPEBuilder(PEHeaderBuilder.CreateLibraryHeader(), new MetadataRootBuilder(metadata), new BlobBuilder()).Serialize(image);
        File.WriteAllBytes(_folder.Of(file), image.ToArray());
    }

    /// <summary>The smallest file that a PE reader accepts and that has no metadata: an object file for x64 without sections.</summary>
    private static byte[] NativeLibrary()
    {
        var bytes = new byte[20];
        (bytes[0], bytes[1]) = (0x64, 0x86);
        return bytes;
    }
}
