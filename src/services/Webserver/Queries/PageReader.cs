using Kestra.Storage.Queries;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Requests;
using Microsoft.AspNetCore.Http;

namespace Kestra.Webserver.Queries;

/// <summary>Reads <c>page</c>, <c>size</c> and <c>sort</c>.</summary>
internal static class PageReader
{
    /// <param name="operation">Name of the operation, for messages.</param>
    /// <param name="sortable">Fields that the repository sorts by.</param>
    public static PageRequest Read(HttpContext http, string operation, IReadOnlyList<string> sortable, IReadOnlyList<SortField>? naturalOrder = null)
    {
        var page = AtLeastOne(http.Integer("page") ?? 1, $"{operation}.page");
        var size = Math.Min(AtLeastOne(http.Integer("size") ?? 10, $"{operation}.size"), PageRequest.MaxSize);
        if ((long)page * size > int.MaxValue)
        {
            throw ApiException.InvalidEntity($"{operation}.page", "is too large");
        }

        var sort = http.Request.Query["sort"].Where(static text => !string.IsNullOrEmpty(text)).Select(text => Field(text!, sortable)).ToList();
        return new PageRequest(page, size, sort.Count > 0 ? sort : naturalOrder);
    }

    private static int AtLeastOne(int number, string path) => number >= 1 ? number : throw ApiException.InvalidEntity(path, "must be greater than or equal to 1");

    private static SortField Field(string text, IReadOnlyList<string> sortable)
    {
        var parts = text.Split(':');
        var name = parts.Length == 2 ? sortable.FirstOrDefault(field => string.Equals(field, Camel(parts[0]), StringComparison.OrdinalIgnoreCase)) : null;
        return name is null ? throw new ApiException(422, "Unprocessable Entity", "Invalid sort parameter") : new SortField(name, parts[1] != "asc");
    }

    // Clients write flow_id and flowId alike.
    private static string Camel(string name) => name.Replace("_", "", StringComparison.Ordinal);
}
