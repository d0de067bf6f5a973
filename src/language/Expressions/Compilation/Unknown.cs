
namespace Kestra.Expressions.Compilation;

/// <summary>Texts for names that do not exist.</summary>
internal static class Unknown
{
    public static string Filter(string name) => $"Filter [{name}] does not exist.";

    public static string Function(string name) => $"Function or Macro [{name}] does not exist.";

    public static string Test(string name) => $"Test [{name}] does not exist.";
}
