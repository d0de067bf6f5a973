using System.Globalization;
using System.Text;
using Kestra.Bench.Rendering;
using Kestra.Expressions;
using Kestra.Model.Json;

// Each line: the template, the same written by hand as a delegate over the same values, and the ratio. Run without arguments.
var variables = (IReadOnlyDictionary<string, object?>)ModelJson.ReadValue(Encoding.UTF8.GetBytes("""{"inputs":{"name":"World"},"outputs":{"a":{"b":[{"c":"deep value"}]}}}"""))!;
var withItems = new OrderedDictionary<string, object?>(variables, StringComparer.Ordinal)
{
    ["items"] = Enumerable.Range(0, 1000).Select(static index => (object?)$"item {index}").ToList(),
    ["rows"] = Enumerable.Range(0, 1500).Select(static index => (object?)new OrderedDictionary<string, object?> { ["id"] = index, ["name"] = $"row number {index}", ["value"] = index % 7, ["tags"] = new List<object?> { "a", "b" } }).ToList(),
};
withItems["json"] = ValueJson.Write(withItems["rows"]);
var engine = new ExpressionEngine();
var context = new RenderContext(withItems);

Console.WriteLine("template                                             ns      bytes    by hand ns   bytes   ratio");
Compare("Hello {{ inputs.name }}", () => "Hello " + (string)Map(withItems["inputs"])["name"]!);
Compare("{{ outputs.a.b[0].c | upper }}", () => ((string)Map(((IReadOnlyList<object?>)Map(Map(withItems["outputs"])["a"])["b"]!)[0])["c"]!).ToUpperInvariant());
Compare("{% for i in items %}{{ i }},{% endfor %}", () =>
{
    var text = new StringBuilder();
    foreach (var item in (IReadOnlyList<object?>)withItems["items"]!)
    {
        text.Append((string)item!).Append(',');
    }

    return text.ToString();
});
Compare("{{ inputs.missing ?? 'none' }}", () => Map(withItems["inputs"]).TryGetValue("missing", out var value) && value is not null ? value : "none");
Compare("{{ 1 + 2 * 3 == 7 and inputs.name != '' }}", () => 1L + (2L * 3L) == 7L && (string)Map(withItems["inputs"])["name"]! != "" ? "true" : "false");
Compare("{{ rows | jq('map(select(.value == 3) | .name) | length') | first }}", () =>
    ((IReadOnlyList<object?>)withItems["rows"]!).Count(static row => Map(row)["value"] is 3).ToString(CultureInfo.InvariantCulture));
Compare("{{ json | jq('map(select(.value == 3) | .name) | length') | first }}", () =>
    ((IReadOnlyList<object?>)ModelJson.ReadValue(Encoding.UTF8.GetBytes((string)withItems["json"]!))!).Count(static row => Map(row)["value"] is 3).ToString(CultureInfo.InvariantCulture));
return 0;

void Compare(string source, Func<object?> byHand)
{
    var template = engine.Parse(source);
    var (expected, actual) = (byHand()?.ToString(), template.Render(context));
    if (expected != actual)
    {
        throw new InvalidOperationException($"{source} gives {actual} and not {expected}");
    }

    var compiled = Measurement.Of(() => template.Render(context));
    var written = Measurement.Of(byHand);
    var name = source.Length > 44 ? source[..41] + "..." : source;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-44} {compiled.Nanoseconds,10:n0} {compiled.Bytes,10:n0}  {written.Nanoseconds,10:n0} {written.Bytes,8:n0}  {compiled.Nanoseconds / written.Nanoseconds,6:n1}"));
}

static IReadOnlyDictionary<string, object?> Map(object? value) => (IReadOnlyDictionary<string, object?>)value!;
