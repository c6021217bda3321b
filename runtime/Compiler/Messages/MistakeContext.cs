using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PlantRuntime.Compiler.Messages;

/// <summary>A diagnostic with the code it points to, for the classes that name a remedy. Immutable; pure.</summary>
internal sealed class MistakeContext
{
    private const int MaxShown = 40;

    public MistakeContext(Diagnostic diagnostic, SemanticModel model)
    {
        (Diagnostic, Model) = (diagnostic, model);
        Root = model.SyntaxTree.GetRoot();
        Node = Root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true);
    }

    public Diagnostic Diagnostic { get; }

    public SemanticModel Model { get; }

    public SyntaxNode Root { get; }

    public SyntaxNode Node { get; }

    public string Id => Diagnostic.Id;

    /// <summary>The compiler's own text.</summary>
    public string Text => Diagnostic.GetMessage(CultureInfo.InvariantCulture);

    /// <summary>The operator whose lambda contains the code: <c>Where</c>; null outside a lambda.</summary>
    public string? Operator => Lambda?.FirstAncestorOrSelf<InvocationExpressionSyntax>()?.Expression is MemberAccessExpressionSyntax access
        ? access.Name.Identifier.ValueText : null;

    /// <summary>The lambda that contains the code; null outside one.</summary>
    public LambdaExpressionSyntax? Lambda => Node.FirstAncestorOrSelf<LambdaExpressionSyntax>();

    /// <summary>Name of an expression's type without its namespace; null if it has none.</summary>
    public string? TypeOf(SyntaxNode expression) =>
        Model.GetTypeInfo(expression).Type is { TypeKind: not TypeKind.Error } type ? type.Name : null;

    public bool IsValue(SyntaxNode expression) => TypeOf(expression) == "Value";

    /// <summary>True for flows of scans and the devices that they begin at.</summary>
    public bool IsFlow(SyntaxNode expression) => Model.GetTypeInfo(expression).Type is { } type && IsFlow(type);

    public static bool IsFlow(ITypeSymbol type) => type.Name is "ScanFlow" or "WindowFlow" or "Flow" or "PayloadFlow" || IsDevice(type);

    public static bool IsDevice(ITypeSymbol type) => type.BaseType is { Name: "Device" };

    /// <summary>
    /// Returns the names in a class that the host generates from site.toml: the members of <c>Sinks</c>, or with <paramref name="part"/>
    /// those of that property of each member, as the tags of all devices.
    /// </summary>
    public IEnumerable<string> NamesOf(string generated, string? part = null)
    {
        var members = Model.LookupNamespacesAndTypes(0, name: generated).OfType<INamedTypeSymbol>()
            .SelectMany(type => type.GetMembers()).OfType<IPropertySymbol>();
        if (part is not null)
            members = members.SelectMany(m => m.Type.GetMembers(part)).OfType<IPropertySymbol>().SelectMany(m => m.Type.GetMembers())
                .OfType<IPropertySymbol>();
        return members.Select(m => m.Name);
    }

    /// <summary>Returns code as written, on one line and shortened.</summary>
    public static string Show(SyntaxNode code)
    {
        var text = string.Join(' ', code.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length <= MaxShown ? text : text[..MaxShown] + "…";
    }
}
