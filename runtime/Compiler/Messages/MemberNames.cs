using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PlantRuntime.Compiler.Messages;

/// <summary>Lists the members that can be written after a dot. Pure; called by <see cref="UnknownNameMessages"/>.</summary>
internal static class MemberNames
{
    public static IReadOnlyList<string> Of(ITypeSymbol owner, bool isStatic, SemanticModel model, int position)
    {
        var own = model.LookupSymbols(position, owner, includeReducedExtensionMethods: true)
            .Where(symbol => symbol.CanBeReferencedByName && symbol is not ITypeSymbol)
            .Where(symbol => symbol.IsStatic == isStatic || IsExtension(symbol))
            .Where(symbol => symbol.ContainingType?.SpecialType != SpecialType.System_Object);
        return [.. own.Select(symbol => symbol.Name).Concat(Extensions(owner, model, position)).Distinct()];
    }

    private static bool IsExtension(ISymbol symbol) => symbol is IMethodSymbol { MethodKind: MethodKind.ReducedExtension };

    /// <summary>Returns members of C# 14 extension blocks such as <c>30.Seconds</c>, which <c>LookupSymbols</c> does not return.</summary>
    private static IEnumerable<string> Extensions(ITypeSymbol owner, SemanticModel model, int position) =>
        from holder in model.LookupNamespacesAndTypes(position).OfType<INamedTypeSymbol>()
        where holder.IsStatic && holder.MightContainExtensionMethods
        from block in holder.GetTypeMembers()
        where block is { IsExtension: true, ExtensionParameter: { } receiver }
            && SymbolEqualityComparer.Default.Equals(receiver.Type, owner)
        from member in block.GetMembers()
        where member is IPropertySymbol || member is IMethodSymbol { MethodKind: MethodKind.Ordinary }
        select member.Name;
}
