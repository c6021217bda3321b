using System.Security;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PlantRuntime.Compiler.Loading;

/// <summary>
/// Writes the declarations of loaded scripts as plain C#: one static class for each script, without bodies. Editors use it because they do
/// not follow <c>#load</c>. Pure; called by <see cref="RecipeCompilation"/>.
/// </summary>
internal static class LoadedScriptStubs
{
    /// <param name="compilation">The compilation of the scripts.</param>
    /// <param name="loaded">The loaded scripts, without the recipe.</param>
    /// <param name="siteFolder">Absolute path; file names in the output are relative to it.</param>
    public static string Create(Compilation compilation, IReadOnlyList<SyntaxTree> loaded, string siteFolder)
    {
        var text = new StringBuilder();
        var usings = loaded.SelectMany(tree => ((CompilationUnitSyntax)tree.GetRoot()).Usings);
        for (var i = 0; i < loaded.Count; i++) text.AppendLine($"global using static Loaded{i};");
        foreach (var line in usings.Select(u => u.NormalizeWhitespace().ToString()).Distinct().Order(StringComparer.Ordinal))
            text.AppendLine(line);
        for (var i = 0; i < loaded.Count; i++) Write(text, $"Loaded{i}", loaded[i], compilation.GetSemanticModel(loaded[i]), siteFolder);
        return text.ToString();
    }

    private static void Write(StringBuilder text, string name, SyntaxTree tree, SemanticModel model, string siteFolder)
    {
        text.AppendLine($"public static class {name}\n{{");
        foreach (var member in ((CompilationUnitSyntax)tree.GetRoot()).Members)
        {
            if (Declared(member, model) is not { } declared) continue;
            var line = tree.GetLineSpan(member.Span).StartLinePosition.Line + 1;
            text.AppendLine($"    /// <summary>{SecurityElement.Escape(DisplayPath(tree.FilePath, siteFolder))}({line})</summary>");
            text.AppendLine($"    public {declared}");
        }

        text.AppendLine("}");
    }

    private static string DisplayPath(string path, string siteFolder) =>
        path.StartsWith(siteFolder + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? Path.GetRelativePath(siteFolder, path) : path;

    /// <summary>Returns the declaration after <c>public</c>; null for a statement.</summary>
    private static string? Declared(MemberDeclarationSyntax member, SemanticModel model) => member switch
    {
        MethodDeclarationSyntax m =>
            $"static {m.ReturnType} {m.Identifier}{m.TypeParameterList}{m.ParameterList} {m.ConstraintClauses} => throw null!;",
        FieldDeclarationSyntax f when f.Modifiers.Any(SyntaxKind.ConstKeyword) => $"const {f.Declaration};",
        FieldDeclarationSyntax f => string.Join(
            "\n    public ", f.Declaration.Variables.Select(v => $"static {TypeOf(v, model)} {v.Identifier} = default!;")),
        PropertyDeclarationSyntax p => $"static {p.Type} {p.Identifier} {{ get; set; }} = default!;",
        BaseTypeDeclarationSyntax or DelegateDeclarationSyntax => Bare(member).ToString(),
        _ => null,
    };

    /// <summary>Returns <c>dynamic</c> if the type has an error or no name.</summary>
    private static string TypeOf(VariableDeclaratorSyntax variable, SemanticModel model)
    {
        if (model.GetDeclaredSymbol(variable) is not IFieldSymbol { Type: { TypeKind: not TypeKind.Error } type }) return "dynamic";
        var name = type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        return name.Contains("<anonymous", StringComparison.Ordinal) ? "dynamic" : name;
    }

    private static MemberDeclarationSyntax Bare(MemberDeclarationSyntax type) =>
        type.WithModifiers(SyntaxFactory.TokenList(type.Modifiers.Where(m => !m.IsKind(SyntaxKind.PublicKeyword)
            && !m.IsKind(SyntaxKind.InternalKeyword) && !m.IsKind(SyntaxKind.PrivateKeyword)))).WithoutLeadingTrivia();
}
