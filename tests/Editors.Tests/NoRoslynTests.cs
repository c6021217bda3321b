namespace PlantRuntime.Editors.Tests;

/// <summary>Replaces the tests of this project if the SDK has no Roslyn services for editors.</summary>
public sealed class NoRoslynTests
{
    [SkippableFact]
    public void What_editors_see_is_not_tested() =>
        Skip.If(true, "this .NET SDK has no folder DotnetTools/dotnet-format with Roslyn's services for editors");
}
