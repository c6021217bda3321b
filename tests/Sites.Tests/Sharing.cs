using System.Runtime.CompilerServices;

namespace PlantRuntime.Sites.Tests;

/// <summary>Lets the hosts of all tests of this project share one compiler.</summary>
internal static class Sharing
{
    [ModuleInitializer]
    internal static void Begin() => PlantRuntime.Conformance.Host.PlantProcess.ShareCompiler();
}
