using System.Text;
using PlantRuntime.Compiler;

// The input is left open: at the end of the patience a read still waits on it. Whatever else prints must not get between the lines.
var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
var input = new StreamReader(Console.OpenStandardInput(), utf8);
await using var output = new StreamWriter(Console.OpenStandardOutput(), utf8);
Console.SetOut(Console.Error);
var loop = new RequestLoop(input, output, new RecipeCompilation().Compile, patience: TimeSpan.FromSeconds(60), TimeProvider.System);
await loop.RunAsync();
return 0;
