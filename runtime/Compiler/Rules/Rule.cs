using System.Globalization;
using Microsoft.CodeAnalysis;

namespace PlantRuntime.Compiler.Rules;

/// <summary>Something that C# allows and a recipe does not.</summary>
/// <param name="Id"><c>PR0001</c> and so on.</param>
/// <param name="Message">What is wrong and what to do instead; with places for arguments.</param>
internal sealed record Rule(string Id, string Message)
{
    public Diagnostic At(Location location, params object[] arguments) => Diagnostic.Create(
        Id, "Recipe", string.Format(CultureInfo.InvariantCulture, Message, arguments), DiagnosticSeverity.Error, DiagnosticSeverity.Error,
        isEnabledByDefault: true, warningLevel: 0, location: location);
}
