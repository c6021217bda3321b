using System.Runtime.CompilerServices;

namespace PlantRuntime.Testing.Tests;

/// <summary>Lets all tests of this project compile by one running compiler.</summary>
internal static class Sharing
{
    [ModuleInitializer]
    internal static void Begin()
    {
        AppContext.SetData("PlantRuntime.Compiler", SharedCompiler.Path);
        PlantProcess.ShareCompiler();
    }
}
