using System.Text;
using PlantRuntime.Compiler;

// Whatever else prints must not get between the lines of the protocol.
var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
using var input = new StreamReader(Console.OpenStandardInput(), utf8);
await using var output = new StreamWriter(Console.OpenStandardOutput(), utf8);
Console.SetOut(Console.Error);
var loop = new RequestLoop(input, output, new RecipeCompilation().Compile, patience: TimeSpan.FromSeconds(60), TimeProvider.System);
await loop.RunAsync();
return 0;
