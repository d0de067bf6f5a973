namespace Kestra.Conformance;

/// <summary>The checkout that the tests run from.</summary>
internal static class Repo
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>A recording of the original, below <c>tests/contracts/data</c>.</summary>
    public static string Contract(string path) => Path.Combine(Root, "tests", "contracts", "data", path);

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "Kestra.slnx")) ? folder : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run from a checkout: Kestra.slnx is in no folder above."));
}
