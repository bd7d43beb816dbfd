//! All products, read once and kept ready as JSON. Reads never touch the database.

use std::collections::HashMap;

use axum::body::Bytes;

use crate::product::Product;

/// Longest page of products that may be asked for.
pub(crate) const MAX_PAGE_LENGTH: usize = 100;

/// The products of the shop, with their JSON.
#[derive(Debug)]
pub(crate) struct Catalogue {
    products: Vec<Product>,
    json: Vec<Bytes>,
    index_by_sku: HashMap<String, usize>,
    index_by_id: HashMap<u32, usize>,
}

impl Catalogue {
    /// # Errors
    ///
    /// When a product cannot be written as JSON (a price that is not a number).
    pub(crate) fn new(products: Vec<Product>) -> Result<Self, serde_json::Error> {
        let json = products
            .iter()
            .map(|product| serde_json::to_vec(product).map(Bytes::from));
        Ok(Self {
            json: json.collect::<Result<_, _>>()?,
            index_by_sku: index(&products, |product| product.sku.clone()),
            index_by_id: index(&products, |product| product.id),
            products,
        })
    }

    pub(crate) fn by_id(&self, id: u32) -> Option<&Product> {
        self.index_by_id.get(&id).map(|index| &self.products[*index])
    }

    pub(crate) fn by_sku(&self, sku: &str) -> Option<&Product> {
        self.index_by_sku.get(sku).map(|index| &self.products[*index])
    }

    pub(crate) fn json_by_id(&self, id: u32) -> Option<Bytes> {
        self.index_by_id.get(&id).map(|index| self.json[*index].clone())
    }

    pub(crate) fn json_by_sku(&self, sku: &str) -> Option<Bytes> {
        self.index_by_sku.get(sku).map(|index| self.json[*index].clone())
    }

    pub(crate) fn len(&self) -> usize {
        self.products.len()
    }

    /// The JSON of one page (counted from 1); a page past the end has no items.
    pub(crate) fn page(&self, page: usize, limit: usize) -> Vec<u8> {
        let total = self.len();
        let first = page.saturating_sub(1).saturating_mul(limit).min(total);
        let last = first.saturating_add(limit).min(total);
        let pages = total.div_ceil(limit.max(1));
        let start = format!(r#"{{"page":{page},"limit":{limit},"pages":{pages},"total":{total},"items":["#)
            .into_bytes();
        joined(start, &self.json[first..last])
    }

    /// The JSON of the first products, as the export hands them out.
    pub(crate) fn export(&self, limit: usize) -> Vec<u8> {
        let rows = &self.json[..limit.min(self.len())];
        joined(format!(r#"{{"rows":{},"items":["#, rows.len()).into_bytes(), rows)
    }
}

fn index<K: Eq + std::hash::Hash>(products: &[Product], key: impl Fn(&Product) -> K) -> HashMap<K, usize> {
    products
        .iter()
        .enumerate()
        .map(|(index, product)| (key(product), index))
        .collect()
}

fn joined(start: Vec<u8>, items: &[Bytes]) -> Vec<u8> {
    let mut body = start;
    body.reserve(items.iter().map(|item| item.len() + 1).sum::<usize>() + 2);
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            body.push(b',');
        }
        body.extend_from_slice(item);
    }
    body.extend_from_slice(b"]}");
    body
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::product::assortment;

    fn page(page: usize, limit: usize) -> Value {
        serde_json::from_slice(&Catalogue::new(assortment()).unwrap().page(page, limit)).unwrap()
    }

    #[test]
    fn pages_cover_the_catalogue_and_end() {
        assert_eq!(page(1, 20)["items"][0]["id"], 1);
        assert_eq!(page(1, 20)["pages"], 50);
        assert_eq!(page(2, 20)["items"][0]["id"], 21);
        assert_eq!(page(50, 20)["items"].as_array().unwrap().len(), 20);
        assert_eq!(page(51, 20)["items"].as_array().unwrap().len(), 0);
        assert_eq!(page(usize::MAX, 100)["items"].as_array().unwrap().len(), 0);
        assert_eq!(page(34, 30)["items"].as_array().unwrap().len(), 10);
    }

    #[test]
    fn a_product_is_found_by_number_and_by_unit() {
        let catalogue = Catalogue::new(assortment()).unwrap();
        assert_eq!(catalogue.by_id(234), catalogue.by_sku("SKU-1234"));
        assert!(catalogue.by_id(0).is_none() && catalogue.by_id(1001).is_none());
        let json: Value = serde_json::from_slice(&catalogue.json_by_sku("SKU-1234").unwrap()).unwrap();
        assert_eq!(json["id"], 234);
        assert!(json["price"].as_f64().unwrap() > 1.0);
    }
}
