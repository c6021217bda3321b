namespace PlantRuntime.Compiler.Protocol;

/// <summary>An error or a warning.</summary>
/// <param name="File">Path from the site folder with forward slashes; absolute for a shared script; <c>&lt;generated&gt;</c> for the
/// host's own text.</param>
/// <param name="Line">From 1; 0 when it is the whole file's.</param>
/// <param name="Column">From 1.</param>
/// <param name="Id"><c>CS0117</c> as the C# compiler numbers it, <c>PR0001</c> for rules that only recipes have.</param>
/// <param name="IsError">False for a warning.</param>
/// <param name="Message">In words a site engineer knows.</param>
internal sealed record CompileDiagnostic(string File, int Line, int Column, string Id, bool IsError, string Message);
